// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.store;

/** Why a store gave no answer; a closed set, fit for a metric's label. */
public enum FailureCause {
  /** Nobody at the other end. */
  DISCONNECTED,
  /** No answer within the deadline. */
  TIMEOUT,
  /** Not asked, since it failed several times in a row a moment ago. */
  BREAKER_OPEN,
  /** Not asked, since too many others ask. */
  BUSY,
  /** The answer is not one that this version writes. */
  MALFORMED,
  /** The store said that it cannot: read-only, out of memory, wrong type. */
  REFUSED,
  /** Anything else. */
  ERROR
}
