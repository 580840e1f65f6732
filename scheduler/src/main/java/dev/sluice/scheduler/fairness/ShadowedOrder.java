// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler.fairness;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An order with a second one beside it that decides nothing: both are asked whose turn it is, the first is obeyed, and of every
 * start the listener hears whether the second would have served the same lane. Not thread-safe; confined to the pool's lock.
 *
 * <p>The second order remembers what really started, so each answer is what it would do next in the state that the first has
 * brought about; the answers do not add up to what would have happened under it alone.
 */
public final class ShadowedOrder implements LaneOrder {
  /** Hears of every start that was a choice. */
  @FunctionalInterface
  public interface Listener {
    /** A request of one lane started where the shadow would have started one of {@code shadowLane}, possibly the same. */
    void compared(int lane, int shadowLane);
  }

  private static final int NOBODY = -1;

  private final LaneOrder first;
  private final LaneOrder shadow;
  private final Listener listener;
  private int shadowLane = NOBODY;

  public ShadowedOrder(LaneOrder first, LaneOrder shadow, Listener listener) {
    this.first = first;
    this.shadow = shadow;
    this.listener = listener;
  }

  @Override
  public @Nullable Entry next(List<LaneQueue> lanes, Claims claims, long nowNanos) {
    Entry other = shadow.next(lanes, claims, nowNanos);
    shadowLane = other == null ? NOBODY : other.laneIndex();
    return first.next(lanes, claims, nowNanos);
  }

  @Override
  public boolean opens(Entry entry, List<LaneQueue> lanes, long nowNanos) {
    return first.opens(entry, lanes, nowNanos);
  }

  @Override
  public long opensInNanos(Entry entry, List<LaneQueue> lanes, long nowNanos) {
    return first.opensInNanos(entry, lanes, nowNanos);
  }

  @Override
  public void backlogged(int laneIndex) {
    // Whoever finds the room empty starts without being chosen.
    shadowLane = NOBODY;
    first.backlogged(laneIndex);
    shadow.backlogged(laneIndex);
  }

  @Override
  public void dispatched(int laneIndex, long tokens, long nowNanos) {
    if (shadowLane != NOBODY) {
      listener.compared(laneIndex, shadowLane);
      shadowLane = NOBODY;
    }
    first.dispatched(laneIndex, tokens, nowNanos);
    shadow.dispatched(laneIndex, tokens, nowNanos);
  }

  @Override
  public long nextChangeInNanos(List<LaneQueue> lanes, long nowNanos) {
    return first.nextChangeInNanos(lanes, nowNanos);
  }

  @Override
  public long aheadInOtherLanes(List<LaneQueue> lanes, int laneIndex, long mask, long ownAhead) {
    return first.aheadInOtherLanes(lanes, laneIndex, mask, ownAhead);
  }
}
