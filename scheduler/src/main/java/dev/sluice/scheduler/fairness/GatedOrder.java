// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler.fairness;

import java.util.List;
import java.util.OptionalLong;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * The most important lane first among those whose gate is open for the waiter whose turn it is in them. Not thread-safe; confined to
 * the pool's lock.
 *
 * <p>A lane whose gate is closed holds nobody else back, and nobody in it goes before the waiter that the gate is closed for. With a
 * starvation timeout, whoever waits longer than it goes before all others, oldest first, once its gate is open.
 */
public final class GatedOrder implements LaneOrder {
  private final LaneGate gate;
  private final OptionalLong starvationTimeoutNanos;
  private long askedAtNanos;

  public GatedOrder(LaneGate gate, OptionalLong starvationTimeoutNanos) {
    this.gate = gate;
    this.starvationTimeoutNanos = starvationTimeoutNanos;
  }

  @Override
  public @Nullable Entry next(List<LaneQueue> lanes, long claimed, long nowNanos) {
    askedAtNanos = nowNanos;
    IntPredicate waiting = waiting(lanes);
    Entry best = null;
    Entry oldest = null;
    for (LaneQueue lane : lanes) {
      Entry head = lane.next(claimed);
      if (head != null && (best == null || starves(head, nowNanos)) && gate.opens(head, waiting, nowNanos)) {
        best = best == null ? head : best;
        oldest = starves(head, nowNanos) && (oldest == null || head.sequence() < oldest.sequence()) ? head : oldest;
      }
    }
    return oldest == null ? best : oldest;
  }

  private static IntPredicate waiting(List<LaneQueue> lanes) {
    return lane -> !lanes.get(lane).isEmpty();
  }

  private boolean starves(Entry head, long nowNanos) {
    return starvationTimeoutNanos.isPresent() && nowNanos - head.arrivalNanos() > starvationTimeoutNanos.getAsLong();
  }

  @Override
  public void backlogged(int laneIndex) {}

  @Override
  public void dispatched(int laneIndex, long tokens, long nowNanos) {}

  @Override
  public long nextChangeInNanos(List<LaneQueue> lanes, long nowNanos) {
    IntPredicate waiting = waiting(lanes);
    long[] next = {Long.MAX_VALUE};
    for (LaneQueue lane : lanes) {
      lane.forEachNext(head -> {
        long opens = gate.opensInNanos(head, waiting, nowNanos);
        long starves = starvationTimeoutNanos.isEmpty() ? -1 : starvationTimeoutNanos.getAsLong() - (nowNanos - head.arrivalNanos());
        next[0] = opens > 0 ? Math.min(next[0], opens) : next[0];
        next[0] = starves >= 0 ? Math.min(next[0], starves + 1) : next[0];
      });
    }
    return next[0];
  }

  @Override
  public long aheadInOtherLanes(List<LaneQueue> lanes, int laneIndex, long mask, long ownAhead) {
    long together = gate.tokensOfPool(laneIndex, ownAhead, waiting(lanes), askedAtNanos);
    return Math.max(0, together - ownAhead);
  }
}
