// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.marketplace;

import dev.sluice.routing.price.Price;
import java.time.Duration;

/**
 * The right to one request at one supply. It has two clocks: the request must begin within {@code startWithin} of the call that
 * asked for the quote, and has {@code runFor} from its beginning. Both are lengths, not instants, so that no two machines' clocks have to
 * agree. Immutable.
 *
 * @param id the marketplace's name of the quote
 * @param supply what was bought
 * @param offer token, price and clocks
 * @param askedNanos when the quote was asked for, on the process's monotonic clock
 */
public record Quote(String id, Supply supply, Offer offer, long askedNanos) {
  /**
   * Terms of a purchase. Immutable.
   *
   * @param token proves the purchase to the supplier
   * @param price of a million tokens
   * @param startWithin the start window
   * @param runFor the execution window
   */
  public record Offer(Token token, Price price, Duration startWithin, Duration runFor) {
    public Offer {
      if (startWithin.isNegative() || startWithin.isZero() || runFor.isNegative() || runFor.isZero()) {
        throw new IllegalArgumentException("windows: " + startWithin + ", " + runFor + " (expected: each > 0)");
      }
    }
  }

  /** What a supplier is shown; for the wire only. Immutable. */
  public record Token(String reveal) {
    @Override
    public String toString() {
      return "***";
    }
  }

  /** Whether a request may still begin. */
  public boolean startable(long nowNanos) {
    return nowNanos - askedNanos < offer.startWithin().toNanos();
  }

  /** Whether a request that began at {@code startedNanos} has outlived its execution window. */
  public boolean overdue(long startedNanos, long nowNanos) {
    return nowNanos - startedNanos >= offer.runFor().toNanos();
  }
}
