// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler;

/**
 * What a provider's health leaves of its account. Immutable.
 *
 * @param scale part of the configured rates, and of the concurrency where {@code maxConcurrent} says nothing; above 0, at most 1
 * @param maxConcurrent requests at a time, if less than the account's own limit; at least 1; {@link Integer#MAX_VALUE} says nothing
 * @param pausedUntilNanos instant before which it takes no request, on the pool's {@link Ticker}, or {@link #NEVER_NANOS}; meaningful
 *     only if {@code paused}
 * @param paused whether it takes none until then; at that instant waiters are woken without anybody telling
 * @param patienceNanos how long a request may wait while every provider it may use is unhealthy; {@link Long#MAX_VALUE} if this one
 *     is healthy
 */
public record Standing(double scale, int maxConcurrent, long pausedUntilNanos, boolean paused, long patienceNanos) {
  /** All of its configured capacity. */
  public static final Standing WHOLE = new Standing(1, Integer.MAX_VALUE, 0, false, Long.MAX_VALUE);

  /** Stands for no instant at all: the pause ends when another standing is told. */
  public static final long NEVER_NANOS = Long.MIN_VALUE;

  public Standing {
    if (!(scale > 0 && scale <= 1)) {
      throw new IllegalArgumentException("scale: " + scale + " (expected: above 0, at most 1)");
    }
    Expect.range("maxConcurrent", maxConcurrent, 1, Integer.MAX_VALUE);
    Expect.range("patienceNanos", patienceNanos, 0, Long.MAX_VALUE);
  }

  /** The same part of the capacity, but nothing before an instant. */
  public Standing pausedUntil(long instantNanos) {
    return new Standing(scale, maxConcurrent, instantNanos, true, patienceNanos);
  }

  /** The same with a part of the capacity, above 0 and at most 1, though never none of it. */
  public Standing times(double part) {
    return new Standing(Math.max(Double.MIN_NORMAL, scale * part), maxConcurrent, pausedUntilNanos, paused, patienceNanos);
  }

  /** Time until it takes requests; 0 if it does, {@link Long#MAX_VALUE} if nobody knows. */
  public long pauseNanos(long nowNanos) {
    if (!paused) {
      return 0;
    }
    return pausedUntilNanos == NEVER_NANOS ? Long.MAX_VALUE : Math.max(0, pausedUntilNanos - nowNanos);
  }

  /** Whether its requests may count on it. */
  public boolean healthy() {
    return patienceNanos == Long.MAX_VALUE;
  }
}
