// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.runner;

/** Why a call is refused without a decision of its filters. Immutable. */
public enum Failure {
  /** A filter threw, or decided something that can't be sent. */
  FILTER_FAILED,
  /** No filter decided within the deadline. */
  DEADLINE,
  /** The route's configuration can't be used. */
  MISCONFIGURED,
  /** The runner is about to end. */
  DRAINING
}
