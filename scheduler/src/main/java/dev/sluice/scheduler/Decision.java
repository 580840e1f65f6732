// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler;

/** What became of a request on arrival. */
public sealed interface Decision {
  /** Capacity is held; the caller owns the lease and ends it. */
  record Admitted(Lease lease) implements Decision {}

  /** The request waits; its {@link WaitListener} hears the outcome exactly once, possibly before this value is read. */
  record Queued(Ticket ticket) implements Decision {}

  /**
   * Refused; nothing is held.
   *
   * @param retryAfterNanos when a repeat is expected to be accepted, from the drain rate; 0 where repeating cannot help
   */
  record Rejected(RejectReason reason, long retryAfterNanos) implements Decision {}
}
