// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler;

/** Why a request was refused on arrival, before it ever waited. A closed set, fit for a metric label. */
public enum RejectReason {
  /** No pool serves the model. */
  UNKNOWN_MODEL,
  /** Providers exist, none of them is one this request may use. */
  NO_PROVIDER,
  /** Beyond every eligible provider's context window; waiting cannot help. */
  UNSCHEDULABLE,
  /** The lane's, the flow's or the pool's bound in requests or bytes is reached. */
  QUEUE_FULL,
  /** The predicted wait is beyond the lane's limit or the caller's own. */
  WAIT_TOO_LONG,
  /** The scheduler is shutting down. */
  DRAINING
}
