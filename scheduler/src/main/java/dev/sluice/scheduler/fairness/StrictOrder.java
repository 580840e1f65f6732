// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler.fairness;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The most important lane first. Immutable. */
public final class StrictOrder implements LaneOrder {
  @Override
  public @Nullable Entry next(List<LaneQueue> lanes, Claims claims, long nowNanos) {
    for (int i = 0; i < lanes.size(); i++) {
      Entry next = lanes.get(i).next(claims.on(i));
      if (next != null) {
        return next;
      }
    }
    return null;
  }

  @Override
  public void backlogged(int laneIndex) {}

  @Override
  public void dispatched(int laneIndex, long tokens, long nowNanos) {}

  @Override
  public long nextChangeInNanos(List<LaneQueue> lanes, long nowNanos) {
    return Long.MAX_VALUE;
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
