// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler;

import dev.sluice.scheduler.fairness.Entry;
import dev.sluice.scheduler.waiting.WaitingRoom;
import java.util.function.LongUnaryOperator;

/** Sends waiters of one pool away without capacity, each once. Not thread-safe; confined to the pool's lock. */
final class Evictions {
  /** How many are looked at in one event, which holds the pool's lock for so long. */
  private static final int MAX_TOGETHER = 64;

  /** Reviews due within such a time are held together. */
  private static final long TOGETHER_NANOS = 10_000_000L;

  private final Pool pool;
  private final WaitingRoom room;
  private final Seats seats;
  private final WaitForecast forecast;
  private final PoolTally tally;
  private final DecisionNotes notes;

  Evictions(Pool pool, WaitingRoom room, Seats seats, WaitForecast forecast, PoolTally tally, DecisionNotes notes) {
    this.pool = pool;
    this.room = room;
    this.seats = seats;
    this.forecast = forecast;
    this.tally = tally;
    this.notes = notes;
  }

  /** Takes {@code entry} out of the room and tells its caller. */
  void evict(Entry entry, EvictReason reason, long nowNanos, Effects effects) {
    room.withdraw(entry);
    long retryAfterNanos = switch (reason) {
      case TIMEOUT, OUT_OF_REACH, DISPLACED -> forecast.retryAfterNanos(entry, nowNanos);
      case NO_PROVIDER -> forecast.retryAfterPauseNanos(entry, nowNanos);
      case CANCELLED, DRAINING -> 0;
    };
    conclude((Waiter) entry, reason, retryAfterNanos, nowNanos, effects);
  }

  /** Tells the caller of one who has left the room. */
  void conclude(Waiter waiter, EvictReason reason, long retryAfterNanos, long nowNanos, Effects effects) {
    tally.evicted();
    notes.evicted(waiter, reason, nowNanos, effects);
    int lane = waiter.laneIndex();
    long waitNanos = nowNanos - waiter.arrivalNanos();
    SchedulerListener listener = effects.listener();
    effects.add(() -> listener.evicted(pool.model(), lane, reason, waitNanos));
    effects.add(() -> waiter.listener().evicted(reason, retryAfterNanos));
  }

  /** Evicts everybody, lane by lane in the order of arrival. */
  void everybody(EvictReason reason, long nowNanos, Effects effects) {
    for (int lane = 0; lane < room.lanes(); lane++) {
      for (Entry entry = room.lane(lane).eldest(); entry != null; entry = room.lane(lane).eldest()) {
        evict(entry, reason, nowNanos, effects);
      }
    }
  }

  /** Evicts those whose deadline lies at least so far back; says whether there were any. */
  boolean overdue(long overdueNanos, long nowNanos, Effects effects) {
    boolean any = false;
    for (Entry entry = room.nextDeadline();
        entry != null && nowNanos - entry.deadlineNanos() >= overdueNanos;
        entry = room.nextDeadline()) {
      Waiter waiter = (Waiter) entry;
      forecast.gaveUp(waiter, nowNanos);
      evict(waiter, waiter.givesUpEarly() ? EvictReason.NO_PROVIDER : EvictReason.TIMEOUT, nowNanos, effects);
      any = true;
    }
    return any;
  }

  /** After capacity was lost: evicts those whose deadline certainly comes before any of their accounts gives anything. */
  void hopeless(PoolAccounts accounts, long nowNanos, Effects effects) {
    overdue(1, nowNanos, effects);
    LongUnaryOperator readyInNanos = mask -> accounts.leastWaitNanos(mask, nowNanos);
    for (Entry entry = room.nextHopeless(readyInNanos, nowNanos); entry != null; entry = room.nextHopeless(readyInNanos, nowNanos)) {
      evict(entry, EvictReason.OUT_OF_REACH, nowNanos, effects);
    }
  }

  /**
   * Looks at the prospects of those whose review is due, or will be in a moment, but at most of {@link #MAX_TOGETHER}; evicts those that will
   * wait beyond their deadlines, but for a few cases.
   */
  void review(long nowNanos, Effects effects) {
    Entry entry = room.nextReview();
    for (int looked = 0; looked < MAX_TOGETHER && entry != null && entry.reviewNanos() - nowNanos <= TOGETHER_NANOS; looked++) {
      room.leaveReviews(entry);
      Waiter waiter = (Waiter) entry;
      if (!waiter.givesUpEarly() && forecast.atLeastNanos(waiter, nowNanos) > waiter.deadlineNanos() - nowNanos) {
        evict(waiter, EvictReason.OUT_OF_REACH, nowNanos, effects);
      } else {
        seats.planReview(waiter, nowNanos);
        room.enterReviews(waiter);
      }
      entry = room.nextReview();
    }
  }

  boolean isReviewDue(long nowNanos) {
    Entry entry = room.nextReview();
    return entry != null && entry.reviewNanos() - nowNanos <= 0;
  }
}
