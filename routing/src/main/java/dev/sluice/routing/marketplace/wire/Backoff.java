// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.marketplace.wire;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait before trying again: a random part, between half and all, of a length that doubles with each attempt up to a bound. The
 * random part keeps many gateways from coming back at the same moment. Immutable; pure.
 *
 * @param first length before the second attempt
 * @param longest the bound
 */
public record Backoff(Duration first, Duration longest) {
  /** 100 ms, doubling up to 5 s. */
  public static final Backoff DEFAULT = new Backoff(Duration.ofMillis(100), Duration.ofSeconds(5));

  private static final int MAX_DOUBLINGS = 30;

  public Backoff {
    if (first.isNegative() || first.isZero() || longest.compareTo(first) < 0) {
      throw new IllegalArgumentException("backoff: " + first + ", " + longest + " (expected: 0 < first <= longest)");
    }
  }

  /**
   * The wait after an attempt failed.
   *
   * @param attempt the number of the failed attempt, from 1
   */
  public Duration after(int attempt, RandomGenerator random) {
    long doubled = first.toNanos() << Math.min(MAX_DOUBLINGS, attempt - 1);
    long full = doubled <= 0 || doubled >> Math.min(MAX_DOUBLINGS, attempt - 1) != first.toNanos() ? longest.toNanos() : Math.min(longest.toNanos(), doubled);
    return Duration.ofNanos(full / 2 + random.nextLong(full / 2 + 1));
  }
}
