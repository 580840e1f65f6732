// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler;

/**
 * One pending wake-up of one pool.
 *
 * <p>The pool computes the next instant at which anything can change without an outside event (a refill, a deadline, a lease
 * expiry) and sets its alarm to it; nothing polls. Setting replaces the earlier instant. The alarm runs its task at or after
 * the instant, on a thread of its own choosing, and never from inside {@link #set}. Both methods are called with the pool's lock
 * held, so that the last one called is the one that counts: they must return at once and call nobody back. Thread-safe.
 */
public interface Alarm {
  /** Wakes the pool at {@code atNanos} of its {@link Ticker} instead of any earlier choice. */
  void set(long atNanos);

  /** Forgets the pending wake-up, if any. */
  void clear();

  /** Makes one alarm a pool. */
  @FunctionalInterface
  interface Factory {
    /** An unset alarm that will run {@code task}. */
    Alarm create(Runnable task);
  }
}
