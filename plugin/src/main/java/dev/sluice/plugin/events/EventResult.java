// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.events;

/** What became of one completion event. A closed set, fit for a metric label. */
public enum EventResult {
  /** Settled a lease. */
  SETTLED,
  /** Named a lease that had already ended: a duplicate, or later than the lease's expiry. */
  LATE,
  /** Named a lease that this process did not issue. */
  FORGED,
  /** Carried no lease: refused before or by us. */
  NO_LEASE,
  /** Not an event. */
  MALFORMED
}
