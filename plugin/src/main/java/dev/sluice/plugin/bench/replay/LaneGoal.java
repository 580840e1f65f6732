// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.bench.replay;

import java.util.List;

/**
 * What a lane is worth and how long it may wait. Immutable.
 *
 * @param weight worth of one request that starts in time, and the lane's weight in the scheduler
 * @param maxWaitNanos a request must start within this, in nanoseconds
 */
public record LaneGoal(String name, int weight, long maxWaitNanos) {
  private static final long SECOND = 1_000_000_000L;

  /** Gold 1 s, silver 5 s, bronze 50 s, worth 4, 2 and 1. */
  public static final List<LaneGoal> REFERENCE =
      List.of(new LaneGoal("gold", 4, SECOND), new LaneGoal("silver", 2, 5 * SECOND), new LaneGoal("bronze", 1, 50 * SECOND));
}
