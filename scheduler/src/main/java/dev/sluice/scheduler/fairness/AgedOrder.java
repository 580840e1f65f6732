// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler.fairness;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An order in which those who have waited for long go before whoever another order picks. Not thread-safe; confined to the pool's lock.
 *
 * <p>Candidates are the waiters whose turn it is in their flows and for whom the other order's gate, if it has any, is open. They go in
 * this order:
 *
 * <ol>
 *   <li>whoever has waited longer than the starvation timeout, the oldest first;
 *   <li>whoever has {@linkplain Ageing aged} past lane 0, the oldest first;
 *   <li>whoever is of a worse lane than the other order's pick and has aged past the pick's lane, which is the pick's own and never an aged
 *       one: the best aged lane first, of equals the oldest;
 *   <li>the other order's pick.
 * </ol>
 *
 * <p>So once a waiter has waited {@code lane + 1} intervals, or longer than the starvation timeout, nobody goes before it but older ones
 * that are overdue as it is, and only those can hold back an account from it. That is counted from when it is its turn in its flow: what it
 * concedes to requests of its own flow by {@link Hold} stays conceded. Until then it passes only what is of better lanes than its own, and
 * the other order's shares and the fairness inside a lane are as they are: age is no argument against worse lanes or its own.
 */
public final class AgedOrder implements LaneOrder {
  private final LaneOrder order;
  private final Ageing ageing;

  /** {@code order} with {@code ageing}, which is not off. */
  public AgedOrder(LaneOrder order, Ageing ageing) {
    this.order = order;
    this.ageing = ageing;
  }

  @Override
  public @Nullable Entry next(List<LaneQueue> lanes, Claims claims, long nowNanos) {
    Entry pick = order.next(lanes, claims, nowNanos);
    Entry best = null;
    for (int i = 0; i < lanes.size(); i++) {
      Entry oldest = lanes.get(i).oldest(claims.on(i));
      if (oldest != null
          && isOld(oldest, pick, nowNanos)
          && (best == null || goesBefore(oldest, best, nowNanos))
          && order.opens(oldest, lanes, nowNanos)) {
        best = oldest;
      }
    }
    return best == null ? pick : best;
  }

  /** Whether {@code entry} goes before {@code pick}, which is null if the other order picks nobody. */
  private boolean isOld(Entry entry, @Nullable Entry pick, long nowNanos) {
    return ageing.isOverdue(entry, nowNanos)
        || (pick != null && pick.laneIndex() < entry.laneIndex() && ageing.agedLane(entry, nowNanos) < pick.laneIndex());
  }

  private boolean goesBefore(Entry entry, Entry other, long nowNanos) {
    boolean starves = ageing.starves(entry, nowNanos);
    if (starves != ageing.starves(other, nowNanos)) {
      return starves;
    }
    int lane = ageing.agedLane(entry, nowNanos);
    int otherLane = ageing.agedLane(other, nowNanos);
    return (starves || lane == otherLane) ? entry.sequence() < other.sequence() : lane < otherLane;
  }

  @Override
  public boolean opens(Entry entry, List<LaneQueue> lanes, long nowNanos) {
    return order.opens(entry, lanes, nowNanos);
  }

  @Override
  public long opensInNanos(Entry entry, List<LaneQueue> lanes, long nowNanos) {
    return order.opensInNanos(entry, lanes, nowNanos);
  }

  @Override
  public void backlogged(int laneIndex) {
    order.backlogged(laneIndex);
  }

  @Override
  public void dispatched(int laneIndex, long tokens, long nowNanos) {
    order.dispatched(laneIndex, tokens, nowNanos);
  }

  @Override
  public long nextChangeInNanos(List<LaneQueue> lanes, long nowNanos) {
    long[] next = {order.nextChangeInNanos(lanes, nowNanos)};
    for (LaneQueue lane : lanes) {
      lane.forEachOldest(oldest -> {
        long opens = order.opensInNanos(oldest, lanes, nowNanos);
        next[0] = Math.min(next[0], ageing.nextChangeInNanos(oldest, nowNanos));
        next[0] = opens > 0 ? Math.min(next[0], opens) : next[0];
      });
    }
    return next[0];
  }

  @Override
  public long aheadInOtherLanes(List<LaneQueue> lanes, int laneIndex, long mask, long ownAhead) {
    return order.aheadInOtherLanes(lanes, laneIndex, mask, ownAhead);
  }
}
