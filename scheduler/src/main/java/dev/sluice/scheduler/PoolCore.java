// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler;

import dev.sluice.scheduler.DecisionNotes.Arrival;
import dev.sluice.scheduler.DecisionRecord.Bound;
import dev.sluice.scheduler.SchedulerSnapshot.PoolSnapshot;
import dev.sluice.scheduler.bucket.Buckets;
import dev.sluice.scheduler.fairness.Entry;
import dev.sluice.scheduler.fairness.Hold;
import dev.sluice.scheduler.fairness.LaneOrder;
import dev.sluice.scheduler.share.LaneUse;
import dev.sluice.scheduler.waiting.WaitingRoom;
import dev.sluice.scheduler.waiting.WaitingRoom.Fit;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The state machine of one pool: events and time in, effects and the next wake-up out. Not thread-safe; confined to the pool's
 * lock.
 */
final class PoolCore {
  /*
   * Invariant between events ("quiescent"): no lease is past its expiry, no waiter past its deadline, and a dispatch round
   * would grant nothing, as of the last event and until wakeInNanos after it. So an event only has to advance to its own
   * instant if that is past the wake-up, then do its own work, then run one round.
   *
   * A newcomer enters the room first and is judged by bounds and forecast only if the round did not grant it: whoever can run
   * now, in its turn, is never refused. Because the room was quiescent, a newcomer that does not run cannot have changed
   * anything for the others, so taking it out again leaves the room as it was. (Not quite with an ageing interval: an old waiter
   * that passes a newcomer of a better lane also passes whom that would have passed. So a round follows in any case.)
   *
   * Order at one instant: lease expiries, evictions of those whose deadline has passed, a round, evictions of those whose
   * deadline is this very instant, and again while that freed somebody; then reviews, and a round if they sent somebody away. A
   * request whose turn comes exactly at its deadline runs.
   */
  private static final long FOREVER_NANOS = Patience.FOREVER_NANOS;

  /** Of requests that are only imagined. */
  private static final WaitListener UNHEARD =
      new WaitListener() {
        @Override
        public void dispatched(Lease lease) {}

        @Override
        public void evicted(EvictReason reason, long retryAfterNanos) {}
      };

  private final Pool pool;
  private final PoolTally tally = new PoolTally();
  private final PoolAccounts accounts;
  private final DecisionNotes notes;
  private final LaneUse use;
  private final Seats seats;
  private final WaitingRoom room;
  private final LaneZeroHeadroom headroom;
  private final WaitForecast forecast;
  private final PoolLeases leases;
  private final Rounds rounds;
  private final Evictions evictions;
  private final PoolSnapshots snapshots;
  private SchedulerConfig config;
  private @Nullable Buckets buckets;
  private Effects effects;
  private long nowNanos;
  private long nextSequence;
  private long wakeInNanos = Long.MAX_VALUE;
  private boolean draining;

  PoolCore(Pool pool, SchedulerConfig config, List<ProviderAccount> configured, Effects effects, long nowNanos) {
    this.pool = pool;
    this.config = config;
    this.effects = effects;
    this.nowNanos = nowNanos;
    this.accounts = new PoolAccounts(configured, config.rules().laneZeroHeadroomPercent(), nowNanos);
    this.seats = new Seats(accounts, config);
    this.notes = new DecisionNotes(pool.model(), accounts);
    this.buckets = Rules.buckets(config, accounts, nowNanos);
    this.use = new LaneUse(SchedulerConfig.MAX_BUCKETS, nowNanos);
    this.use.places(accounts.places());
    this.room = new WaitingRoom(Rules.bounds(config), Rules.order(config, buckets, use, this::shadowed, nowNanos));
    this.headroom = new LaneZeroHeadroom(room, config);
    this.forecast = new WaitForecast(accounts, room, use, headroom, config, nowNanos);
    this.leases = new PoolLeases(pool, accounts, room, use, tally, notes);
    this.rounds = new Rounds(accounts, room, use, headroom, forecast, leases);
    this.rounds.buckets(buckets);
    this.evictions = new Evictions(pool, room, seats, forecast, tally, notes);
    this.snapshots = new PoolSnapshots(pool, room, accounts, tally);
  }

  private void shadowed(int lane, int shadowLane) {
    SchedulerListener listener = effects.listener();
    effects.add(() -> listener.shadowed(pool.model(), lane, shadowLane));
  }

  /** Starts an event at {@code instantNanos}, whose effects go to {@code sink}. */
  void begin(long instantNanos, Effects sink) {
    effects = sink;
    long elapsedNanos = Math.max(0, instantNanos - nowNanos);
    nowNanos += elapsedNanos;
    forecast.observe(nowNanos);
    if (elapsedNanos >= wakeInNanos) {
      settleDown();
    } else if (wakeInNanos != Long.MAX_VALUE) {
      wakeInNanos -= elapsedNanos;
    }
  }

  /** The instant at which something happens without an event; only meaningful if {@link #hasWake}. */
  long wakeAtNanos() {
    return nowNanos + wakeInNanos;
  }

  boolean hasWake() {
    return wakeInNanos < FOREVER_NANOS;
  }

  Decision submit(WorkRequest request, WaitListener listener) {
    tally.submitted();
    int lane = seats.lane(request);
    long mask = seats.mask(request);
    if (draining) {
      return reject(request, lane, RejectReason.DRAINING, 0, Arrival.of(RejectReason.DRAINING));
    }
    if (mask == 0) {
      RejectReason reason = accounts.named(request.providers()) == 0 ? RejectReason.NO_PROVIDER : RejectReason.UNSCHEDULABLE;
      return reject(request, lane, reason, 0, Arrival.of(reason));
    }
    Waiter waiter = new Waiter(pool, request, listener, nowNanos, nextSequence++);
    seats.place(waiter, mask);
    waiter.expect(accounts.anySaturated() ? accounts.get(Long.numberOfTrailingZeros(mask)).hold(request) : Hold.NONE);
    if (room.isEmpty() && buckets == null) {
      long fitting = rounds.fitting(waiter, nowNanos);
      if (fitting != 0) {
        PoolLease lease = rounds.startAtOnce(waiter, Long.numberOfTrailingZeros(fitting), nowNanos, effects);
        updateWake(Long.MAX_VALUE);
        return new Decision.Admitted(lease);
      }
    }
    return enter(waiter);
  }

  /** How a request would fare; judges it as {@link #submit} would, outside the room. */
  Outlook outlook(WorkRequest request) {
    long mask = seats.mask(request);
    if (draining || mask == 0) {
      return Outlook.NOBODY;
    }
    Waiter waiter = new Waiter(pool, request, UNHEARD, nowNanos, nextSequence);
    seats.place(waiter, mask);
    double load = accounts.load(mask, nowNanos);
    if (room.isEmpty() && rounds.fitting(waiter, nowNanos) != 0) {
      return new Outlook(0, load);
    }
    long waitNanos = forecast.untilRepeatNanos(waiter, nowNanos);
    return new Outlook(waitNanos > waiter.deadlineNanos() - nowNanos ? Outlook.REFUSED : waitNanos, load);
  }

  /** Refuses a request without looking at it. */
  Decision refuse(WorkRequest request, RejectReason reason) {
    tally.submitted();
    return reject(request, seats.lane(request), reason, 0, Arrival.of(reason));
  }

  private Decision enter(Waiter waiter) {
    room.enter(waiter);
    rounds.arriving(waiter);
    headroom.newcomer(waiter);
    settleRound();
    if (rounds.arrivalsLease() == null) {
      Decision refusal = judge(waiter);
      if (refusal != null) {
        return refusal;
      }
    }
    PoolLease lease = rounds.arrivalsLease();
    headroom.newcomer(null);
    if (lease == null && headroom.yieldsTo(waiter)) {
      settleRound();
    }
    rounds.arriving(null);
    return lease == null ? new Decision.Queued(waiter) : new Decision.Admitted(lease);
  }

  /** Says why a newcomer that can't run now may not wait, or makes room for it and returns null. */
  private @Nullable Decision judge(Waiter waiter) {
    long limitNanos = waiter.deadlineNanos() - nowNanos;
    Fit fit = room.fit(waiter, config.displace());
    boolean flowFull = room.lane(waiter.laneIndex()).waitingOf(waiter.flowName()) > waiter.request().maxFlowDepth();
    if (flowFull || fit instanceof Fit.Full) {
      long placeInNanos = forecast.untilPlaceNanos(waiter, nowNanos);
      return turnAway(waiter, RejectReason.QUEUE_FULL, placeInNanos, arrival(waiter, placeInNanos));
    }
    long predictedNanos = forecast.untilStartNanos(waiter, nowNanos);
    Arrival arrival = arrival(waiter, predictedNanos);
    if (limitNanos == 0 || predictedNanos > limitNanos) {
      boolean unhealthy = waiter.givesUpEarly();
      long retryNanos = unhealthy ? accounts.pauseNanos(waiter.mask(), nowNanos) : predictedNanos - limitNanos;
      return turnAway(waiter, unhealthy ? RejectReason.NO_PROVIDER : RejectReason.WAIT_TOO_LONG, retryNanos, arrival);
    }
    waiter.foretold(arrival);
    if (fit instanceof Fit.FitsWithout displacing) {
      displacing.victims().forEach(victim -> evictions.evict(victim, EvictReason.DISPLACED, nowNanos, effects));
      settleDown();
    }
    return null;
  }

  private Arrival arrival(Waiter waiter, long predictedNanos) {
    Bound bound = effects.listener().wantsDecisions()
        ? notes.bound(waiter, headroom.leaves(waiter, nowNanos), buckets == null || buckets.opensInNanos(waiter, room::isWaitedIn, nowNanos) == 0, nowNanos)
        : Bound.NONE;
    return new Arrival(bound, room.lane(waiter.laneIndex()).size() - 1, predictedNanos);
  }

  private Decision turnAway(Waiter waiter, RejectReason reason, long retryAfterNanos, Arrival arrival) {
    rounds.arriving(null);
    headroom.newcomer(null);
    room.withdraw(waiter);
    settleRound();
    return reject(waiter.request(), waiter.laneIndex(), reason, Math.max(WaitForecast.LEAST_RETRY_NANOS, retryAfterNanos), arrival);
  }

  private Decision reject(WorkRequest request, int lane, RejectReason reason, long retryAfterNanos, Arrival arrival) {
    tally.rejected();
    notes.rejected(request, lane, arrival, reason, nowNanos, effects);
    SchedulerListener listener = effects.listener();
    effects.add(() -> listener.rejected(pool.model(), lane, reason));
    return new Decision.Rejected(reason, retryAfterNanos);
  }

  boolean cancel(Waiter waiter) {
    if (!waiter.isWaiting()) {
      return false;
    }
    evictions.evict(waiter, EvictReason.CANCELLED, nowNanos, effects);
    settleDown();
    return true;
  }

  boolean end(PoolLease lease, LeaseEnd end, TokenCost actual) {
    if (!leases.end(lease, end, actual, nowNanos, effects)) {
      return false;
    }
    settleDown();
    return true;
  }

  /** Sends every waiter away and admits nobody any more. */
  void drain() {
    draining = true;
    evictions.everybody(EvictReason.DRAINING, nowNanos, effects);
    settleDown();
  }

  void reconfigure(SchedulerConfig next, List<ProviderAccount> configured) {
    boolean sameOrder = Rules.sameOrder(config, next);
    accounts.configure(configured, next.rules().laneZeroHeadroomPercent(), nowNanos);
    config = next;
    seats.reconfigure(next);
    forecast.reconfigure(next, nowNanos);
    headroom.reconfigure(next);
    if (!sameOrder || buckets == null || configured.isEmpty()) {
      buckets = Rules.buckets(next, accounts, nowNanos);
    } else {
      buckets.capacity(accounts.tokensPerSecond(), nowNanos);
    }
    rounds.buckets(buckets);
    use.places(accounts.places());
    LaneOrder order = sameOrder && buckets == null ? room.order() : Rules.order(next, buckets, use, this::shadowed, nowNanos);
    reseat(order);
    refuseHopeless();
    settleDown();
  }

  private void refuseHopeless() {
    if (config.refuseWhileWaiting()) {
      evictions.hopeless(accounts, nowNanos, effects);
    }
  }

  /** Changes how much of a provider's limits holds, until told otherwise. */
  void adjust(String provider, AccountChange change) {
    long healthy = accounts.healthy();
    if (!accounts.adjust(provider, change, nowNanos)) {
      return;
    }
    use.places(accounts.places());
    if (buckets != null) {
      buckets.capacity(accounts.tokensPerSecond(), nowNanos);
    }
    if (healthy != accounts.healthy() && !room.isEmpty()) {
      reseat(room.order());
    }
    refuseHopeless();
    settleDown();
  }

  /** Changes what sending requests to a provider costs; nobody who waits can run for that. */
  void prefer(String provider, Preference preference) {
    accounts.prefer(provider, preference);
  }

  /** Has everybody get up and sit down again, by other rules or for other accounts. */
  private void reseat(LaneOrder order) {
    room.reshape(Rules.bounds(config), order, entry -> seats.placeAnew((Waiter) entry, nowNanos))
        .forEach(entry -> evictions.conclude((Waiter) entry, EvictReason.NO_PROVIDER, 0, nowNanos, effects));
  }

  /** Restores the invariant at this instant. */
  private void settleDown() {
    leases.expire(nowNanos, effects);
    if (buckets != null) {
      buckets.decay(nowNanos);
    }
    evictions.overdue(1, nowNanos, effects);
    settleRounds();
    if (evictions.isReviewDue(nowNanos)) {
      evictions.review(nowNanos, effects);
      settleRounds();
    }
    accounts.forgetIdle();
  }

  private void settleRounds() {
    do {
      settleRound();
    } while (evictions.overdue(0, nowNanos, effects));
  }

  private void settleRound() {
    updateWake(rounds.run(nowNanos, effects));
  }

  private void updateWake(long refillInNanos) {
    long wake = Math.min(refillInNanos, room.isEmpty() ? Long.MAX_VALUE : room.nextChangeInNanos(nowNanos));
    Entry deadline = room.nextDeadline();
    wake = buckets == null ? wake : Math.min(wake, buckets.decaysInNanos(nowNanos));
    wake = deadline == null ? wake : Math.min(wake, Math.max(0, deadline.deadlineNanos() - nowNanos));
    Entry review = room.nextReview();
    wake = review == null ? wake : Math.min(wake, Math.max(0, review.reviewNanos() - nowNanos));
    wakeInNanos = Math.min(wake, leases.expiresInNanos(nowNanos));
  }

  /** Leases that have not ended. */
  int openLeases() {
    return leases.size();
  }

  PoolSnapshot snapshot() {
    return snapshots.take(config.lanes(), leases.size(), buckets, nowNanos);
  }
}
