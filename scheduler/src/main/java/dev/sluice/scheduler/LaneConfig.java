// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler;

/**
 * One lane: its share and its bounds. Immutable.
 *
 * @param weight share against other lanes; 0..10 000, 0 means only what no other lane can use
 * @param maxWaitNanos longest wait in this lane, in nanoseconds; at least 0, 0 means nobody waits
 * @param maxRequests waiters at most; at least 0
 * @param maxBytes memory of the waiters at most, in bytes; at least 0
 */
public record LaneConfig(int weight, long maxWaitNanos, int maxRequests, long maxBytes) {
  /** The greatest weight. */
  public static final int MAX_WEIGHT = 10_000;

  public LaneConfig {
    Expect.range("weight", weight, 0, MAX_WEIGHT);
    Expect.range("maxWaitNanos", maxWaitNanos, 0, Long.MAX_VALUE);
    Expect.range("maxRequests", maxRequests, 0, Integer.MAX_VALUE);
    Expect.range("maxBytes", maxBytes, 0, Long.MAX_VALUE);
  }
}
