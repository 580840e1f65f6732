// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler.fairness;

import dev.sluice.scheduler.capacity.Saturating;
import dev.sluice.scheduler.share.LaneUse;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whose turn it is while places are short. Not thread-safe; confined to the pool's lock.
 *
 * <p>Lane 0 goes first while its part of what all lanes lately held is within its share. Then other lanes that hold less than they
 * are guaranteed, their weight's part of all places; then, for what is lent, the others: either way the lane first that lately held least by
 * weight. Lanes without weight take what nobody else wants. Ties go to the more important lane.
 */
final class PlaceShares {
  private static final long PERCENT = 100;

  private final int[] weights;
  private final int laneZeroSharePercent;
  private final LaneUse use;
  private final long allWeights;

  PlaceShares(int[] weights, int laneZeroSharePercent, LaneUse use) {
    this.weights = weights.clone();
    this.laneZeroSharePercent = laneZeroSharePercent;
    this.use = use;
    long sum = 0;
    for (int weight : weights) {
      sum += weight;
    }
    this.allWeights = sum;
  }

  @Nullable Entry next(List<LaneQueue> lanes, Claims claims) {
    Entry first = lanes.getFirst().next(claims.on(0));
    if (first != null && isLaneZeroWithinShare()) {
      return first;
    }
    Entry best = null;
    for (int lane = 1; lane < lanes.size(); lane++) {
      Entry candidate = lanes.get(lane).next(claims.on(lane));
      if (candidate != null && (best == null || goesBefore(lane, best.laneIndex()))) {
        best = candidate;
      }
    }
    return best == null ? first : best;
  }

  private boolean isLaneZeroWithinShare() {
    return Saturating.multiply(use.recentNanos(0), PERCENT) <= Saturating.multiply(use.recentNanos(), laneZeroSharePercent);
  }

  private boolean goesBefore(int lane, int other) {
    if (weights[lane] == 0 || weights[other] == 0) {
      return weights[lane] > 0 && weights[other] == 0;
    }
    boolean owed = isOwed(lane);
    return owed != isOwed(other)
        ? owed
        : Saturating.multiply(use.recentNanos(lane), weights[other]) < Saturating.multiply(use.recentNanos(other), weights[lane]);
  }

  /** True if one more place is still within the lane's guarantee: its weight's part of all places, in whole places. */
  private boolean isOwed(int lane) {
    return Saturating.multiply(use.held(lane) + 1L, allWeights) <= Saturating.multiply(use.places(), weights[lane]);
  }
}
