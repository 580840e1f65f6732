// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.marketplace.trade;

import dev.sluice.routing.marketplace.MarketListener.Trade;
import java.time.Duration;

/** What became of a demand. */
public sealed interface Bought {
  /** It has a supply; whoever asked owes {@link Marketplace#ended} or {@link Marketplace#withdrawn} exactly one call. */
  record Supplied(Purchase purchase) implements Bought {}

  /**
   * It has none.
   *
   * @param retryAfter when asking again is worth while; zero if unknown
   */
  record Nothing(Trade why, Duration retryAfter) implements Bought {}
}
