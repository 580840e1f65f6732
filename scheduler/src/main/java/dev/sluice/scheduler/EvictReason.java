// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler;

/** Why a request that waited was sent away without capacity. A closed set, fit for a metric label. */
public enum EvictReason {
  /** Its deadline passed. */
  TIMEOUT,
  /** It would have had to wait beyond its deadline. */
  OUT_OF_REACH,
  /** The caller withdrew it. */
  CANCELLED,
  /** A more important arrival needed its place in a full queue. */
  DISPLACED,
  /** A reconfiguration left no provider that it may use. */
  NO_PROVIDER,
  /** The scheduler is shutting down. */
  DRAINING
}
