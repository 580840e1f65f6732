// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler.fairness;

import java.util.List;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * The most important lane first among those whose gate is open for the waiter whose turn it is in them. Not thread-safe; confined to
 * the pool's lock.
 *
 * <p>A lane whose gate is closed holds nobody else back, and nobody in it goes before the waiter that the gate is closed for.
 */
public final class GatedOrder implements LaneOrder {
  private final LaneGate gate;
  private long askedAtNanos;

  public GatedOrder(LaneGate gate) {
    this.gate = gate;
  }

  @Override
  public @Nullable Entry next(List<LaneQueue> lanes, Claims claims, long nowNanos) {
    askedAtNanos = nowNanos;
    for (int i = 0; i < lanes.size(); i++) {
      Entry head = lanes.get(i).next(claims.on(i));
      if (head != null && opens(head, lanes, nowNanos)) {
        return head;
      }
    }
    return null;
  }

  @Override
  public boolean opens(Entry entry, List<LaneQueue> lanes, long nowNanos) {
    return gate.opens(entry, waiting(lanes), nowNanos);
  }

  @Override
  public long opensInNanos(Entry entry, List<LaneQueue> lanes, long nowNanos) {
    return gate.opensInNanos(entry, waiting(lanes), nowNanos);
  }

  private static IntPredicate waiting(List<LaneQueue> lanes) {
    return lane -> !lanes.get(lane).isEmpty();
  }

  @Override
  public void backlogged(int laneIndex) {}

  @Override
  public void dispatched(int laneIndex, long tokens, long nowNanos) {}

  @Override
  public long nextChangeInNanos(List<LaneQueue> lanes, long nowNanos) {
    long[] next = {Long.MAX_VALUE};
    for (LaneQueue lane : lanes) {
      lane.forEachNext(head -> {
        long opens = opensInNanos(head, lanes, nowNanos);
        next[0] = opens > 0 ? Math.min(next[0], opens) : next[0];
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
