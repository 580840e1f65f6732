// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler;

/** How a lease ended. A closed set, fit for a metric label. */
public enum LeaseEnd {
  /** Its actual usage was reported. */
  SETTLED,
  /** The provider never saw the request. */
  CANCELLED,
  /** Nothing was heard in time; the estimate counts as spent. */
  EXPIRED
}
