// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler.dispatch;

import dev.sluice.scheduler.capacity.Saturating;

/**
 * How fast each account takes tokens while somebody waits: the measured rate that stands in where concurrency, not tokens,
 * limits. Not thread-safe; confined to the pool's lock.
 *
 * <p>Only backlogged time counts. Both the time and the tokens are halved whenever the time reaches the window, so a rate
 * reflects the last window or two of pressure.
 */
public final class DrainMeter {
  private static final long WINDOW_NANOS = 8_000_000_000L;

  /** With less backlogged time than this nothing is known. */
  private static final long EVIDENCE_NANOS = 250_000_000L;

  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  private final long[] tokens;
  private long busyNanos;
  private long observedAtNanos;

  public DrainMeter(int accounts, long nowNanos) {
    this.tokens = new long[accounts];
    this.observedAtNanos = nowNanos;
  }

  /** Lets time pass; {@code backlogged} says whether somebody waited since the last call. */
  public void observe(boolean backlogged, long nowNanos) {
    long elapsedNanos = Math.max(0, nowNanos - observedAtNanos);
    observedAtNanos += elapsedNanos;
    if (backlogged) {
      busyNanos = Saturating.add(busyNanos, elapsedNanos);
      while (busyNanos > WINDOW_NANOS) {
        busyNanos /= 2;
        for (int i = 0; i < tokens.length; i++) {
          tokens[i] /= 2;
        }
      }
    }
  }

  /** Counts tokens of a waiter that left for an account. */
  public void dispatched(int accountIndex, long count) {
    tokens[accountIndex] = Saturating.add(tokens[accountIndex], count);
  }

  /** Tokens per second the account took under pressure; 0 while nothing is known. */
  public long tokensPerSecond(int accountIndex) {
    return busyNanos < EVIDENCE_NANOS ? 0 : Saturating.scale(tokens[accountIndex], NANOS_PER_SECOND, busyNanos);
  }
}
