// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler.fairness;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The policy over lanes: whose turn it is, and how much of another lane's work goes before one's own. Not thread-safe; confined
 * to the pool's lock. Lanes are listed most important first.
 */
public sealed interface LaneOrder permits StrictOrder, WeightedOrder, HybridOrder, GatedOrder, AgedOrder, ShadowedOrder {
  /** The waiter whose turn it is among those that may use an account outside {@code claims}, or null. */
  @Nullable Entry next(List<LaneQueue> lanes, Claims claims, long nowNanos);

  /** Whether {@code entry} may start out of the policy's turn, if an account has room for it. */
  default boolean opens(Entry entry, List<LaneQueue> lanes, long nowNanos) {
    return true;
  }

  /** Time until the mere passing of time lets {@code entry} start out of turn; 0 if nothing but its accounts keeps it from that. */
  default long opensInNanos(Entry entry, List<LaneQueue> lanes, long nowNanos) {
    return 0;
  }

  /** Hears that a lane that was empty has a waiter. */
  void backlogged(int laneIndex);

  /** Hears that tokens of a lane were dispatched, queued or not. */
  void dispatched(int laneIndex, long tokens, long nowNanos);

  /** Time until the mere passing of time changes whose turn it is; {@link Long#MAX_VALUE} for never. */
  long nextChangeInNanos(List<LaneQueue> lanes, long nowNanos);

  /**
   * Tokens of other lanes that go before a request of {@code laneIndex} that has {@code ownAhead} tokens of its own lane before
   * it.
   */
  long aheadInOtherLanes(List<LaneQueue> lanes, int laneIndex, long mask, long ownAhead);
}
