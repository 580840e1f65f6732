// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler;

/** How long requests wait while no provider is healthy. Not thread-safe; confined to the pool's lock. */
final class Patience {
  /** Durations beyond this are forever; instants stay comparable by subtraction. */
  static final long FOREVER_NANOS = Long.MAX_VALUE / 4;

  private Patience() {}

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
