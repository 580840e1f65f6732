// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler.fairness;

import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The most important lane first. Not thread-safe; confined to the pool's lock.
 *
 * <p>With a starvation timeout, whoever waits longer than it in a lane with weight goes before all others, oldest first: once
 * past the timeout a request waits for nobody but older starving ones.
 */
public final class StrictOrder implements LaneOrder {
  private final int[] weights;
  private final OptionalLong starvationTimeoutNanos;

  public StrictOrder(int[] weights, OptionalLong starvationTimeoutNanos) {
    this.weights = weights.clone();
    this.starvationTimeoutNanos = starvationTimeoutNanos;
  }

  @Override
  public @Nullable Entry next(List<LaneQueue> lanes, long claimed, long nowNanos) {
    Entry starving = starvationTimeoutNanos.isPresent() ? starving(lanes, claimed, nowNanos) : null;
    if (starving != null) {
      return starving;
    }
    for (LaneQueue lane : lanes) {
      Entry next = lane.next(claimed);
      if (next != null) {
        return next;
      }
    }
    return null;
  }

  private @Nullable Entry starving(List<LaneQueue> lanes, long claimed, long nowNanos) {
    Entry oldest = null;
    for (int i = 0; i < lanes.size(); i++) {
      Entry candidate = weights[i] > 0 ? lanes.get(i).oldest(claimed) : null;
      if (candidate != null
          && nowNanos - candidate.arrivalNanos() > starvationTimeoutNanos.orElseThrow()
          && (oldest == null || candidate.sequence() < oldest.sequence())) {
        oldest = candidate;
      }
    }
    return oldest;
  }

  @Override
  public void backlogged(int laneIndex) {}

  @Override
  public void dispatched(int laneIndex, long tokens, long nowNanos) {}

  @Override
  public long nextChangeInNanos(List<LaneQueue> lanes, long nowNanos) {
    if (starvationTimeoutNanos.isEmpty()) {
      return Long.MAX_VALUE;
    }
    long[] next = {Long.MAX_VALUE};
    for (int i = 0; i < lanes.size(); i++) {
      if (weights[i] > 0) {
        lanes.get(i).forEachOldest(oldest -> {
          long remaining = starvationTimeoutNanos.orElseThrow() - (nowNanos - oldest.arrivalNanos());
          if (remaining >= 0) {
            next[0] = Math.min(next[0], remaining + 1);
          }
        });
      }
    }
    return next[0];
  }

  @Override
  public long aheadInOtherLanes(List<LaneQueue> lanes, int laneIndex, long mask, long ownAhead) {
    long ahead = 0;
    for (LaneQueue better : lanes.subList(0, laneIndex)) {
      ahead += better.workAhead().competing(mask);
    }
    return ahead;
  }
}
