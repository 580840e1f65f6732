// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler;

/**
 * Hears the outcome of one waiting request: exactly one call, of exactly one method.
 *
 * <p>Called without any lock held, on the thread whose event decided (a release, the alarm, a cancel). It may call the
 * scheduler. It must not block. What it throws is passed to the scheduler's listener and otherwise ignored; a lease handed to
 * a listener that throws stays held until it expires.
 */
public interface WaitListener {
  /** Capacity is held now; the listener owns the lease and ends it. */
  void dispatched(Lease lease);

  /**
   * The wait ended without capacity; nothing is held.
   *
   * @param retryAfterNanos when a repeat is expected to be accepted, from the drain rate; 0 where repeating cannot help
   */
  void evicted(EvictReason reason, long retryAfterNanos);
}
