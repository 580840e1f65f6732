// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler.fairness;

import dev.sluice.scheduler.capacity.Saturating;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Start-time fair queueing over lanes in tokens: while lanes are backlogged their dispatched tokens converge to the proportion
 * of their weights, what an empty lane leaves is shared by the others, and emptiness earns no credit. Not thread-safe; confined
 * to the pool's lock.
 *
 * <p>Over any interval in which lanes i and j stay backlogged, their dispatched tokens per weight differ by at most
 * {@code c_i / w_i + c_j / w_j}, c being the largest request of the lane. A lane without weight is served when no other lane
 * can be.
 */
public final class WeightedOrder implements LaneOrder {
  /** Virtual time per token of weight 1; keeps the rounding of a division by any weight negligible. */
  private static final long SCALE = 1L << 16;

  /** A lane held back by its accounts may fall this far behind the virtual time: 65 536 tokens of weight 1. */
  private static final long MAX_LAG = SCALE << 16;

  private final int[] weights;
  private final long[] tags;
  private long virtualTime;

  public WeightedOrder(int[] weights) {
    this.weights = weights.clone();
    this.tags = new long[weights.length];
  }

  @Override
  public @Nullable Entry next(List<LaneQueue> lanes, Claims claims, long nowNanos) {
    return next(lanes, 0, claims);
  }

  /** As {@link LaneOrder#next}, of the lanes from {@code firstLane} on. */
  @Nullable Entry next(List<LaneQueue> lanes, int firstLane, Claims claims) {
    Entry best = null;
    for (int i = firstLane; i < lanes.size(); i++) {
      Entry candidate = lanes.get(i).next(claims.on(i));
      if (candidate != null && (best == null || goesBefore(i, best.laneIndex()))) {
        best = candidate;
      }
    }
    return best;
  }

  private boolean goesBefore(int laneIndex, int other) {
    if (weights[laneIndex] == 0 || weights[other] == 0) {
      return weights[laneIndex] > 0;
    }
    return tag(laneIndex) - tag(other) < 0;
  }

  private long tag(int laneIndex) {
    long lag = virtualTime - tags[laneIndex];
    return lag > MAX_LAG ? virtualTime - MAX_LAG : tags[laneIndex];
  }

  @Override
  public void backlogged(int laneIndex) {
    if (virtualTime - tags[laneIndex] > 0) {
      tags[laneIndex] = virtualTime;
    }
  }

  @Override
  public void dispatched(int laneIndex, long tokens, long nowNanos) {
    int weight = weights[laneIndex];
    if (weight > 0) {
      long start = tag(laneIndex);
      if (start - virtualTime > 0) {
        virtualTime = start;
      }
      tags[laneIndex] = start + Math.max(1, Math.ceilDiv(Saturating.multiply(tokens, SCALE), weight));
    }
  }

  @Override
  public long nextChangeInNanos(List<LaneQueue> lanes, long nowNanos) {
    return Long.MAX_VALUE;
  }

  @Override
  public long aheadInOtherLanes(List<LaneQueue> lanes, int laneIndex, long mask, long ownAhead) {
    return aheadInOtherLanes(lanes, 0, laneIndex, mask, ownAhead);
  }

  /** As the policy's, counting the lanes from {@code firstLane} on. */
  long aheadInOtherLanes(List<LaneQueue> lanes, int firstLane, int laneIndex, long mask, long ownAhead) {
    long ahead = 0;
    for (int i = firstLane; i < lanes.size(); i++) {
      if (i != laneIndex && !lanes.get(i).isEmpty()) {
        long competing = lanes.get(i).workAhead().competing(mask);
        ahead += weights[laneIndex] == 0
            ? (weights[i] > 0 || i < laneIndex ? competing : 0)
            : Math.min(competing, Saturating.scale(ownAhead, weights[i], weights[laneIndex]));
      }
    }
    return ahead;
  }
}
