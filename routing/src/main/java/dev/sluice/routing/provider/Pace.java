// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.provider;

import java.time.Duration;

/**
 * How fast one request runs, from which the expected duration of a lease follows. Immutable.
 *
 * @param prefillTokensPerSecond prompt tokens a second; at least 1
 * @param outputTokensPerSecond output tokens a second of a single request; at least 1
 * @param timeout how long the gateway waits for the provider
 */
public record Pace(long prefillTokensPerSecond, long outputTokensPerSecond, Duration timeout) {
  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  public Pace {
    if (prefillTokensPerSecond < 1 || outputTokensPerSecond < 1) {
      throw new IllegalArgumentException("pace: below 1 token a second (expected: >= 1)");
    }
    if (timeout.isNegative() || timeout.isZero()) {
      throw new IllegalArgumentException("timeout: " + timeout + " (expected: > 0)");
    }
  }

  /** Nanoseconds to read one prompt token, at least 1. */
  public long prefillNanosPerToken() {
    return Math.max(1, NANOS_PER_SECOND / prefillTokensPerSecond);
  }

  /** Nanoseconds to write one output token, at least 1. */
  public long outputNanosPerToken() {
    return Math.max(1, NANOS_PER_SECOND / outputTokensPerSecond);
  }
}
