// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing;

/** Why a key opens nothing. */
public enum DenyReason {
  /** Nobody has this key, or nobody has it any longer: which of the two, nobody is told. */
  UNKNOWN,
  /** The key's time is over. */
  EXPIRED,
  /** The account is suspended. */
  SUSPENDED
}
