// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler;

import dev.sluice.scheduler.capacity.Saturating;

/**
 * How long a lease without news lives: twice what its longest answer should take. Immutable.
 *
 * <p>Capacity leaked by lost events is about requests per second x loss x life, so the life follows the request instead of
 * being one generous constant.
 *
 * @param prefillNanosPerToken time to read one prompt token, in nanoseconds; at least 0
 * @param outputNanosPerToken time to generate one token, in nanoseconds; at least 0
 * @param providerTimeoutNanos when the gateway gives the provider up, in nanoseconds; at least 0
 */
public record LeaseLife(long prefillNanosPerToken, long outputNanosPerToken, long providerTimeoutNanos) {
  /** No lease lives shorter. */
  public static final long LEAST_NANOS = 15_000_000_000L;

  /** A lease outlives the provider's timeout by this at most: the time an event may take to arrive. */
  public static final long GRACE_NANOS = 30_000_000_000L;

  /** 292 years overflow the clock; a quarter of that is forever. */
  private static final long FOREVER_NANOS = Long.MAX_VALUE / 4;

  public LeaseLife {
    Expect.range("prefillNanosPerToken", prefillNanosPerToken, 0, Long.MAX_VALUE);
    Expect.range("outputNanosPerToken", outputNanosPerToken, 0, Long.MAX_VALUE);
    Expect.range("providerTimeoutNanos", providerTimeoutNanos, 0, Long.MAX_VALUE);
  }

  /** How long a request with such an answer should run, in nanoseconds. */
  long holdNanos(long inputTokens, long outputTokens) {
    long prefill = Saturating.multiply(prefillNanosPerToken, inputTokens);
    return Saturating.add(prefill, Saturating.multiply(outputNanosPerToken, outputTokens));
  }

  /** The life of a lease in nanoseconds. */
  long nanos(long inputTokens, long maxOutputTokens) {
    long prefill = Saturating.multiply(prefillNanosPerToken, inputTokens);
    long output = Saturating.multiply(Saturating.multiply(2, maxOutputTokens), outputNanosPerToken);
    long most = Math.min(FOREVER_NANOS, Saturating.add(providerTimeoutNanos, GRACE_NANOS));
    return Math.clamp(Saturating.add(prefill, output), LEAST_NANOS, most);
  }
}
