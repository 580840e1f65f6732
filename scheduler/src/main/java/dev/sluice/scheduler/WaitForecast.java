// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler;

import dev.sluice.scheduler.capacity.Saturating;
import dev.sluice.scheduler.dispatch.DrainMeter;
import dev.sluice.scheduler.dispatch.Forecast;
import dev.sluice.scheduler.dispatch.WaitErrors;
import dev.sluice.scheduler.fairness.Entry;
import dev.sluice.scheduler.fairness.LaneQueue;
import dev.sluice.scheduler.share.LaneUse;
import dev.sluice.scheduler.share.PlaceForecast;
import dev.sluice.scheduler.waiting.WaitingRoom;

/**
 * How long requests of one pool have still to wait, from the ledger, the measured drain and the work ahead of them in their own order. Not
 * thread-safe; confined to the pool's lock.
 */
final class WaitForecast {
  /** Nobody is told to come back sooner. */
  static final long LEAST_RETRY_NANOS = 1_000_000L;

  private final PoolAccounts accounts;
  private final WaitingRoom room;
  private final LaneUse use;
  private final LaneZeroHeadroom headroom;
  private SchedulerConfig config;
  private final WaitErrors errors = new WaitErrors(SchedulerConfig.MAX_BUCKETS);
  private DrainMeter drain;

  WaitForecast(PoolAccounts accounts, WaitingRoom room, LaneUse use, LaneZeroHeadroom headroom, SchedulerConfig config, long nowNanos) {
    this.accounts = accounts;
    this.room = room;
    this.use = use;
    this.headroom = headroom;
    this.config = config;
    this.drain = new DrainMeter(accounts.size(), nowNanos);
  }

  /** Takes over other rules, for accounts that have changed. */
  void reconfigure(SchedulerConfig next, long nowNanos) {
    config = next;
    drain = new DrainMeter(accounts.size(), nowNanos);
  }

  /** Lets time pass, before anything changes. */
  void observe(long nowNanos) {
    drain.observe(!room.isEmpty(), nowNanos);
  }

  /** Counts a waiter that left for an account. */
  void dispatched(Waiter waiter, int accountIndex) {
    drain.dispatched(accountIndex, waiter.tokens());
  }

  /** Learns from a waiter that starts. */
  void waited(Waiter waiter, long nowNanos) {
    errors.add(waiter.laneIndex(), waiter.lastPredictedNanos(), nowNanos - waiter.lastPredictedAtNanos());
  }

  /** Learns from a waiter whose deadline has come; where it was to wait for longer, that tells nothing. */
  void gaveUp(Waiter waiter, long nowNanos) {
    if (nowNanos - waiter.lastPredictedAtNanos() >= waiter.lastPredictedNanos()) {
      waited(waiter, nowNanos);
    }
  }

  /** Time that {@code waiter}, which waits, will still wait in all but a few cases, as far as forecasts of its lane have come true. */
  long atLeastNanos(Waiter waiter, long nowNanos) {
    long predictedNanos = untilStartNanos(waiter, nowNanos);
    waiter.foretold(predictedNanos, nowNanos);
    return errors.leastNanos(waiter.laneIndex(), predictedNanos);
  }

  /** Time until {@code entry}, which waits, starts. */
  long untilStartNanos(Entry entry, long nowNanos) {
    return nanos(entry, room.tokensAhead(entry), nowNanos);
  }

  /** Time until a repeat of {@code entry}, which does not wait, would start, as if its lane were first come first served. */
  long untilRepeatNanos(Entry entry, long nowNanos) {
    return nanos(entry, room.tokensBeforeRepeat(entry), nowNanos);
  }

  /** Time until one more request of the usual size has left the room. */
  long untilPlaceNanos(Entry entry, long nowNanos) {
    return Forecast.waitNanos(
        accounts.ledger(), drain, new Forecast.Demand(entry.mask(), 0, room.tokens() / room.size(), 0, 0), nowNanos);
  }

  /** Time until the queue before a repeat of {@code entry}, which has left, is short enough for it. */
  long retryAfterNanos(Entry entry, long nowNanos) {
    long limitNanos = entry.deadlineNanos() - entry.arrivalNanos();
    return Math.max(LEAST_RETRY_NANOS, untilRepeatNanos(entry, nowNanos) - limitNanos);
  }

  /** Time until one of the accounts that {@code entry} may use takes requests at all, fit for a retry. */
  long retryAfterPauseNanos(Entry entry, long nowNanos) {
    return Math.max(LEAST_RETRY_NANOS, pauseNanos(entry, nowNanos));
  }

  private long pauseNanos(Entry entry, long nowNanos) {
    return Math.min(Patience.FOREVER_NANOS, accounts.pauseNanos(entry.mask(), nowNanos));
  }

  private long nanos(Entry entry, long tokensAhead, long nowNanos) {
    return Math.max(workNanos(entry, tokensAhead, nowNanos), pauseNanos(entry, nowNanos));
  }

  private long workNanos(Entry entry, long tokensAhead, long nowNanos) {
    if (use.isScarce() && config.rules().policy() == Policy.HYBRID && config.buckets().isEmpty()) {
      return placeNanos(entry);
    }
    long everyone = Math.max(1, room.tokens());
    long requestsAhead = Math.min(room.size(), Saturating.scale(tokensAhead, room.size(), everyone));
    return Forecast.waitNanos(
        accounts.ledger(),
        drain,
        new Forecast.Demand(entry.mask(), headroom.leaves(entry, nowNanos), tokensAhead, requestsAhead, entry.tokens()),
        nowNanos);
  }

  /** As {@link #workNanos} where places are short: by requests, for a place is a place whatever its tokens. */
  private long placeNanos(Entry entry) {
    LaneQueue lane = room.lane(entry.laneIndex());
    long tokensAhead = entry.isWaiting() ? lane.workAhead().before(entry) : lane.workAhead().competing(entry.mask());
    long requestsAhead = lane.isEmpty() ? 0 : Saturating.scale(tokensAhead, lane.size(), Math.max(1, lane.tokens()));
    boolean[] backlogged = new boolean[room.lanes()];
    for (int i = 0; i < backlogged.length; i++) {
      backlogged[i] = !room.lane(i).isEmpty();
    }
    int[] weights = config.lanes().stream().mapToInt(LaneConfig::weight).toArray();
    return PlaceForecast.waitNanos(
        use,
        new PlaceForecast.Place(weights, backlogged, entry.laneIndex(), Math.min(requestsAhead, lane.size()), accounts.prospectivePlaces()));
  }
}
