// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing;

/** Why a key opens nothing. */
public enum DenyReason {
  /** Nobody has this key. */
  UNKNOWN,
  /** The key was withdrawn. */
  REVOKED,
  /** The key's time is over. */
  EXPIRED,
  /** The account is suspended. */
  SUSPENDED
}
