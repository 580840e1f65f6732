// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler;

/**
 * How long requests wait, and when their prospects are looked at meanwhile. Not thread-safe; confined to the pool's lock.
 *
 * <p>A waiter's prospects are looked at when half of what is left of its patience has passed, and again, until too little is left for that to be
 * worth anything: as often as the patience can be halved, at instants of its own.
 */
final class Patience {
  /** Durations beyond this are forever; instants stay comparable by subtraction. */
  static final long FOREVER_NANOS = Long.MAX_VALUE / 4;

  /** With less left than this it makes no difference to be sent away earlier. */
  private static final long LEAST_REVIEW_NANOS = 200_000_000L;

  private Patience() {}

  /** Whether the prospects of {@code waiter} will be looked at. */
  static boolean reviewIsWorthwhile(Waiter waiter, long nowNanos) {
    long leftNanos = waiter.deadlineNanos() - nowNanos;
    return leftNanos / 2 >= LEAST_REVIEW_NANOS && leftNanos < FOREVER_NANOS / 2;
  }

  /** When they are looked at next, if they are. */
  static long reviewNanos(Waiter waiter, long nowNanos) {
    return nowNanos + (waiter.deadlineNanos() - nowNanos) / 2;
  }

  /** When a waiter that may use {@code mask} gives up: sooner while none of it is healthy, counted from when that was noticed. */
  static long deadline(PoolAccounts accounts, Waiter waiter, long mask, long nowNanos) {
    long patienceNanos = accounts.patienceNanos(mask);
    if (mask == 0 || patienceNanos == Long.MAX_VALUE) {
      return waiter.patientUntilNanos();
    }
    long soonest = waiter.givesUpEarly() ? waiter.deadlineNanos() : waiter.patientUntilNanos();
    long unhealthyDeadline = nowNanos + Math.min(patienceNanos, FOREVER_NANOS);
    return unhealthyDeadline - soonest < 0 ? unhealthyDeadline : soonest;
  }
}
