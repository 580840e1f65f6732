// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing;

/** Whether a key's owner may use it. */
public enum KeyStatus {
  /** In use. */
  ACTIVE,
  /** Withdrawn for good; treated like a key that never was. */
  REVOKED,
  /** Withdrawn until its account is in order again. */
  SUSPENDED
}
