// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler.fairness;

import dev.sluice.scheduler.capacity.Saturating;
import dev.sluice.scheduler.share.LaneUse;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Lane 0 first while its part of what was recently taken is within its share, the other lanes by weight; what one side leaves the
 * other takes. Not thread-safe; confined to the pool's lock.
 *
 * <p>Where tokens are short, lanes share dispatched tokens: "recently" is then a window that halves once a second, so a lane 0 that had
 * everything to itself gives way at once when the others come. Where places are short, {@link PlaceShares} shares those. Whose turn
 * it is never changes by the mere passing of time.
 */
public final class HybridOrder implements LaneOrder {
  private static final long WINDOW_NANOS = 1_000_000_000L;
  private static final long PERCENT = 100;

  private final WeightedOrder others;
  private final PlaceShares places;
  private final LaneUse use;
  private final int laneZeroSharePercent;
  private long laneZeroTokens;
  private long allTokens;
  private long halvedAtNanos;

  /**
   * An order in which nothing was dispatched yet.
   *
   * @param laneZeroSharePercent 1..100
   * @param use of places, kept by the pool
   */
  public HybridOrder(int[] weights, int laneZeroSharePercent, LaneUse use, long nowNanos) {
    this.others = new WeightedOrder(weights);
    this.places = new PlaceShares(weights, laneZeroSharePercent, use);
    this.use = use;
    this.laneZeroSharePercent = laneZeroSharePercent;
    this.halvedAtNanos = nowNanos;
  }

  @Override
  public @Nullable Entry next(List<LaneQueue> lanes, Claims claims, long nowNanos) {
    if (use.isScarce()) {
      return places.next(lanes, claims);
    }
    Entry first = lanes.getFirst().next(claims.on(0));
    if (first != null && Saturating.multiply(laneZeroTokens, PERCENT) <= Saturating.multiply(allTokens, laneZeroSharePercent)) {
      return first;
    }
    Entry other = others.next(lanes, 1, claims);
    return other == null ? first : other;
  }

  @Override
  public void backlogged(int laneIndex) {
    others.backlogged(laneIndex);
  }

  @Override
  public void dispatched(int laneIndex, long tokens, long nowNanos) {
    halve(nowNanos);
    allTokens += tokens;
    if (laneIndex == 0) {
      laneZeroTokens += tokens;
    } else {
      others.dispatched(laneIndex, tokens, nowNanos);
    }
  }

  private void halve(long nowNanos) {
    long windows = (nowNanos - halvedAtNanos) / WINDOW_NANOS;
    if (windows > 0) {
      int shift = (int) Math.min(windows, Long.SIZE - 1);
      laneZeroTokens >>= shift;
      allTokens >>= shift;
      halvedAtNanos += windows * WINDOW_NANOS;
    }
  }

  @Override
  public long nextChangeInNanos(List<LaneQueue> lanes, long nowNanos) {
    return Long.MAX_VALUE;
  }

  @Override
  public long aheadInOtherLanes(List<LaneQueue> lanes, int laneIndex, long mask, long ownAhead) {
    long rest = PERCENT - laneZeroSharePercent;
    if (laneIndex == 0) {
      long competing = 0;
      for (LaneQueue lane : lanes.subList(1, lanes.size())) {
        competing += lane.workAhead().competing(mask);
      }
      return Math.min(competing, Saturating.scale(ownAhead, rest, laneZeroSharePercent));
    }
    long others = this.others.aheadInOtherLanes(lanes, 1, laneIndex, mask, ownAhead);
    long competing = lanes.getFirst().workAhead().competing(mask);
    long both = Saturating.add(ownAhead, others);
    return others + (rest == 0 ? competing : Math.min(competing, Saturating.scale(both, laneZeroSharePercent, rest)));
  }
}
