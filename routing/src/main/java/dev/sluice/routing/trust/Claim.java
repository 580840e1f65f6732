// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.trust;

/** What a trusted sender may say of a request. */
public enum Claim {
  TIER,
  ENVIRONMENT,
  WORKLOAD,
  /** Who pays, in place of the key's account. */
  ACCOUNT,
  /** The level itself, also a more important one. */
  PRIORITY
}
