// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.metrics;

/** The label of a lane, of which there are at most 28: the first twenty by themselves, the others by tens, so that a hundred buckets don't flood the store. */
final class LaneLabel {
  private static final int ALONE = 20;
  private static final int TOGETHER = 10;

  private LaneLabel() {}

  static String of(int lane) {
    if (lane < ALONE) {
      return Integer.toString(lane);
    }
    int first = lane / TOGETHER * TOGETHER;
    return first + "-" + (first + TOGETHER - 1);
  }
}
