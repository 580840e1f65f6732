// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.store;

import java.time.Duration;

/**
 * How long this node keeps what it was told. Immutable.
 *
 * @param maxKeys most keys in memory, and as many absences
 * @param hit a key in memory, give or take a tenth
 * @param absence an absence in memory
 * @param snapshotMaxAge beyond which a snapshot answers nothing
 * @param snapshotRefresh between two readings of all keys
 */
public record StoreTimes(int maxKeys, Duration hit, Duration absence, Duration snapshotMaxAge, Duration snapshotRefresh) {
  /** The defaults of the configuration. */
  public static final StoreTimes DEFAULT =
      new StoreTimes(10_000, Duration.ofSeconds(60), Duration.ofSeconds(10), Duration.ofHours(24), Duration.ofHours(1));
}
