// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler;

/** Changes how much of an account's limits holds. */
@FunctionalInterface
interface AccountChange {
  /** Returns false if that left everything as it was. */
  boolean apply(PoolAccount account, long nowNanos);
}
