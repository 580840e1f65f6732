// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler;

import dev.sluice.scheduler.fairness.Entry;
import dev.sluice.scheduler.waiting.WaitingRoom;

/** Sends waiters of one pool away without capacity, each once. Not thread-safe; confined to the pool's lock. */
final class Evictions {
  private final Pool pool;
  private final WaitingRoom room;
  private final WaitForecast forecast;
  private final PoolTally tally;
  private final DecisionNotes notes;

  Evictions(Pool pool, WaitingRoom room, WaitForecast forecast, PoolTally tally, DecisionNotes notes) {
    this.pool = pool;
    this.room = room;
    this.forecast = forecast;
    this.tally = tally;
    this.notes = notes;
  }

  /** Takes {@code entry} out of the room and tells its caller. */
  void evict(Entry entry, EvictReason reason, long nowNanos, Effects effects) {
    room.withdraw(entry);
    long retryAfterNanos = switch (reason) {
      case TIMEOUT, DISPLACED -> forecast.retryAfterNanos(entry, nowNanos);
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
      evict(entry, ((Waiter) entry).givesUpEarly() ? EvictReason.NO_PROVIDER : EvictReason.TIMEOUT, nowNanos, effects);
      any = true;
    }
    return any;
  }
}
