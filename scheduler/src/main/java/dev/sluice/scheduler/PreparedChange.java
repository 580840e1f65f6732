// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler;

/** A configuration that was checked and has not taken effect. Thread-safe. */
@FunctionalInterface
public interface PreparedChange {
  /**
   * Makes the configuration the scheduler's, whatever it was in between. Running requests stay, every waiter keeps exactly one
   * outcome: it goes on waiting, runs, times out against a shorter limit, or hears that no provider is left for it.
   */
  void commit();
}
