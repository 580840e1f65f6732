// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler;

import dev.sluice.scheduler.DecisionNotes.Arrival;
import dev.sluice.scheduler.DecisionRecord.Bound;
import dev.sluice.scheduler.SchedulerSnapshot.BucketSnapshot;
import dev.sluice.scheduler.SchedulerSnapshot.LaneSnapshot;
import dev.sluice.scheduler.SchedulerSnapshot.PoolSnapshot;
import dev.sluice.scheduler.bucket.Buckets;
import dev.sluice.scheduler.bucket.Draw;
import dev.sluice.scheduler.capacity.Saturating;
import dev.sluice.scheduler.dispatch.Dispatcher;
import dev.sluice.scheduler.dispatch.DrainMeter;
import dev.sluice.scheduler.dispatch.Forecast;
import dev.sluice.scheduler.fairness.Entry;
import dev.sluice.scheduler.fairness.Hold;
import dev.sluice.scheduler.fairness.LaneOrder;
import dev.sluice.scheduler.fairness.LaneQueue;
import dev.sluice.scheduler.share.LaneUse;
import dev.sluice.scheduler.share.PlaceForecast;
import dev.sluice.scheduler.waiting.WaitingRoom;
import dev.sluice.scheduler.waiting.WaitingRoom.Fit;
import java.util.ArrayList;
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
   * anything for the others, so taking it out again leaves the room as it was.
   *
   * Order at one instant: lease expiries, evictions of those whose deadline has passed, a round, evictions of those whose
   * deadline is this very instant, and again while that freed somebody. A request whose turn comes exactly at its deadline runs.
   */
  private static final long LEAST_RETRY_NANOS = 1_000_000L;

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
  private final PoolLease.ByExpiry leases = new PoolLease.ByExpiry();
  private final PoolAccounts accounts;
  private final DecisionNotes notes;
  private final LaneUse use;
  private final WaitingRoom room;
  private SchedulerConfig config;
  private @Nullable Buckets buckets;
  private DrainMeter drain;
  private Effects effects;
  private long nowNanos;
  private long nextSequence;
  private long wakeInNanos = Long.MAX_VALUE;
  private boolean draining;
  private @Nullable Waiter arriving;
  private @Nullable PoolLease arrivalsLease;

  PoolCore(Pool pool, SchedulerConfig config, List<ProviderAccount> configured, Effects effects, long nowNanos) {
    this.pool = pool;
    this.config = config;
    this.effects = effects;
    this.nowNanos = nowNanos;
    this.accounts = new PoolAccounts(configured, nowNanos);
    this.drain = new DrainMeter(accounts.size(), nowNanos);
    this.notes = new DecisionNotes(pool.model(), accounts);
    this.buckets = Rules.buckets(config, accounts, nowNanos);
    this.use = new LaneUse(SchedulerConfig.MAX_BUCKETS, nowNanos);
    this.use.places(accounts.places());
    this.room = new WaitingRoom(Rules.bounds(config), Rules.order(config, buckets, use, this::shadowed, nowNanos));
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
    drain.observe(!room.isEmpty(), nowNanos);
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
    int lane = Math.min(request.lane(), config.lanes().size() - 1);
    long named = accounts.named(request.providers());
    long mask = accounts.holding(named, request.contextTokens());
    if (draining) {
      return reject(request, lane, RejectReason.DRAINING, 0, Arrival.of(RejectReason.DRAINING));
    }
    if (mask == 0) {
      RejectReason reason = named == 0 ? RejectReason.NO_PROVIDER : RejectReason.UNSCHEDULABLE;
      return reject(request, lane, reason, 0, Arrival.of(reason));
    }
    Waiter waiter = new Waiter(pool, request, listener, nowNanos, nextSequence++);
    long patienceNanos = Math.min(request.maxWaitNanos(), config.lanes().get(lane).maxWaitNanos());
    long limitNanos = Math.min(patienceNanos, accounts.patienceNanos(mask));
    waiter.patientUntil(nowNanos + Math.min(patienceNanos, FOREVER_NANOS));
    waiter.place(lane, mask, nowNanos + Math.min(limitNanos, FOREVER_NANOS));
    waiter.expect(accounts.anySaturated() ? accounts.get(Long.numberOfTrailingZeros(mask)).hold(request) : Hold.NONE);
    if (room.isEmpty() && buckets == null) {
      long fitting = accounts.pick(mask, request.cost(), nowNanos);
      if (fitting != 0) {
        return admitAtOnce(waiter, Long.numberOfTrailingZeros(fitting));
      }
    }
    return enter(waiter, limitNanos);
  }

  /** How a request would fare; judges it as {@link #submit} would, outside the room. */
  Outlook outlook(WorkRequest request) {
    int lane = Math.min(request.lane(), config.lanes().size() - 1);
    long mask = accounts.holding(accounts.named(request.providers()), request.contextTokens());
    if (draining || mask == 0) {
      return Outlook.NOBODY;
    }
    Waiter waiter = new Waiter(pool, request, UNHEARD, nowNanos, nextSequence);
    long limitNanos = Math.min(Math.min(request.maxWaitNanos(), config.lanes().get(lane).maxWaitNanos()), accounts.patienceNanos(mask));
    waiter.place(lane, mask, nowNanos + Math.min(limitNanos, FOREVER_NANOS));
    double load = accounts.load(mask, nowNanos);
    if (room.isEmpty() && Dispatcher.firstFitting(accounts.ledger(), mask, waiter.tokens(), nowNanos) != 0) {
      return new Outlook(0, load);
    }
    long waitNanos = foretell(waiter, room.tokensBeforeRepeat(waiter));
    return new Outlook(waitNanos > limitNanos ? Outlook.REFUSED : waitNanos, load);
  }

  /** Refuses a request without looking at it. */
  Decision refuse(WorkRequest request, RejectReason reason) {
    tally.submitted();
    return reject(request, Math.min(request.lane(), config.lanes().size() - 1), reason, 0, Arrival.of(reason));
  }

  private Decision admitAtOnce(Waiter waiter, int accountIndex) {
    room.passedThrough(waiter.laneIndex(), waiter.tokens(), nowNanos);
    accounts.ledger().get(accountIndex).reserve(waiter.tokens(), nowNanos);
    PoolLease lease = lease(waiter, accountIndex, false);
    updateWake(Long.MAX_VALUE);
    return new Decision.Admitted(lease);
  }

  private Decision enter(Waiter waiter, long limitNanos) {
    room.enter(waiter);
    arriving = waiter;
    settleRound();
    if (arrivalsLease == null) {
      Decision refusal = judge(waiter, limitNanos);
      if (refusal != null) {
        return refusal;
      }
    }
    PoolLease lease = arrivalsLease;
    arriving = null;
    arrivalsLease = null;
    return lease == null ? new Decision.Queued(waiter) : new Decision.Admitted(lease);
  }

  /** Says why a newcomer that can't run now may not wait, or makes room for it and returns null. */
  private @Nullable Decision judge(Waiter waiter, long limitNanos) {
    Fit fit = room.fit(waiter, config.displace());
    boolean flowFull = room.lane(waiter.laneIndex()).waitingOf(waiter.flowName()) > waiter.request().maxFlowDepth();
    if (flowFull || fit instanceof Fit.Full) {
      long placeInNanos = foretellOnePlace(waiter);
      return turnAway(waiter, RejectReason.QUEUE_FULL, placeInNanos, arrival(waiter, placeInNanos));
    }
    long predictedNanos = foretell(waiter, room.tokensAhead(waiter));
    Arrival arrival = arrival(waiter, predictedNanos);
    if (limitNanos == 0 || predictedNanos > limitNanos) {
      boolean unhealthy = waiter.givesUpEarly();
      long retryNanos = unhealthy ? accounts.pauseNanos(waiter.mask(), nowNanos) : predictedNanos - limitNanos;
      return turnAway(waiter, unhealthy ? RejectReason.NO_PROVIDER : RejectReason.WAIT_TOO_LONG, retryNanos, arrival);
    }
    waiter.foretold(arrival);
    if (fit instanceof Fit.FitsWithout displacing) {
      displacing.victims().forEach(victim -> evict(victim, EvictReason.DISPLACED));
      settleDown();
    }
    return null;
  }

  private Arrival arrival(Waiter waiter, long predictedNanos) {
    Bound bound = effects.listener().wantsDecisions()
        ? notes.bound(waiter.mask(), waiter.tokens(), buckets == null || buckets.opensInNanos(waiter, this::isWaitedIn, nowNanos) == 0, nowNanos)
        : Bound.NONE;
    return new Arrival(bound, room.lane(waiter.laneIndex()).size() - 1, predictedNanos);
  }

  private boolean isWaitedIn(int lane) {
    return !room.lane(lane).isEmpty();
  }

  private Decision turnAway(Waiter waiter, RejectReason reason, long retryAfterNanos, Arrival arrival) {
    arriving = null;
    room.withdraw(waiter);
    settleRound();
    return reject(waiter.request(), waiter.laneIndex(), reason, Math.max(LEAST_RETRY_NANOS, retryAfterNanos), arrival);
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
    evict(waiter, EvictReason.CANCELLED);
    settleDown();
    return true;
  }

  boolean end(PoolLease lease, LeaseEnd end, TokenCost actual) {
    if (!leases.contains(lease)) {
      tally.lateEnd();
      SchedulerListener listener = effects.listener();
      effects.add(() -> listener.lateEnd(pool.model()));
      return false;
    }
    finish(lease, end, actual);
    settleDown();
    return true;
  }

  /** Sends every waiter away and admits nobody any more. */
  void drain() {
    draining = true;
    empty(EvictReason.DRAINING);
    settleDown();
  }

  private void empty(EvictReason reason) {
    for (int lane = 0; lane < room.lanes(); lane++) {
      for (Entry entry = room.lane(lane).eldest(); entry != null; entry = room.lane(lane).eldest()) {
        evict(entry, reason);
      }
    }
  }

  void reconfigure(SchedulerConfig next, List<ProviderAccount> configured) {
    boolean sameOrder = Rules.sameOrder(config, next);
    accounts.configure(configured, nowNanos);
    config = next;
    drain = new DrainMeter(accounts.size(), nowNanos);
    if (!sameOrder || buckets == null || configured.isEmpty()) {
      buckets = Rules.buckets(next, accounts, nowNanos);
    } else {
      buckets.capacity(accounts.tokensPerSecond(), nowNanos);
    }
    use.places(accounts.places());
    LaneOrder order = sameOrder && buckets == null ? room.order() : Rules.order(next, buckets, use, this::shadowed, nowNanos);
    room.reshape(Rules.bounds(next), order, this::seat)
        .forEach(entry -> conclude((Waiter) entry, EvictReason.NO_PROVIDER, 0));
    settleDown();
  }

  /** Gives a provider only a part of its limits, until told otherwise. */
  void scale(String provider, double scale) {
    accounts.scale(provider, scale, nowNanos);
    capacityChanged();
    settleDown();
  }

  /** Gives a provider what its health leaves of its limits, until told otherwise. */
  void stand(String provider, Standing standing) {
    long healthy = accounts.healthy();
    accounts.stand(provider, standing, nowNanos);
    capacityChanged();
    if (healthy != accounts.healthy() && !room.isEmpty()) {
      room.reshape(Rules.bounds(config), room.order(), this::seat)
          .forEach(entry -> conclude((Waiter) entry, EvictReason.NO_PROVIDER, 0));
    }
    settleDown();
  }

  private void capacityChanged() {
    use.places(accounts.places());
    if (buckets != null) {
      buckets.capacity(accounts.tokensPerSecond(), nowNanos);
    }
  }

  /** Changes what sending requests to a provider costs; nobody who waits can run for that. */
  void prefer(String provider, Preference preference) {
    accounts.prefer(provider, preference);
  }

  private boolean seat(Entry entry) {
    WorkRequest request = ((Waiter) entry).request();
    int lane = Math.min(entry.laneIndex(), config.lanes().size() - 1);
    long mask = accounts.holding(accounts.named(request.providers()), request.contextTokens());
    long laneDeadline = entry.arrivalNanos() + Math.min(config.lanes().get(lane).maxWaitNanos(), FOREVER_NANOS);
    Waiter waiter = (Waiter) entry;
    if (laneDeadline - waiter.patientUntilNanos() < 0) {
      waiter.patientUntil(laneDeadline);
    }
    waiter.place(lane, mask, Patience.deadline(accounts, waiter, mask, nowNanos));
    return mask != 0;
  }

  /** Restores the invariant at this instant. */
  private void settleDown() {
    expireLeases();
    if (buckets != null) {
      buckets.decay(nowNanos);
    }
    evictOverdue(1);
    do {
      settleRound();
    } while (evictOverdue(0));
    accounts.forgetIdle();
  }

  private void expireLeases() {
    for (PoolLease lease = leases.peek();
        lease != null && nowNanos - lease.expiresAtNanos() >= 0;
        lease = leases.peek()) {
      finish(lease, LeaseEnd.EXPIRED, lease.cost());
    }
  }

  /** Evicts those whose deadline lies at least so far back; says whether there were any. */
  private boolean evictOverdue(long overdueNanos) {
    boolean any = false;
    for (Entry entry = room.nextDeadline();
        entry != null && nowNanos - entry.deadlineNanos() >= overdueNanos;
        entry = room.nextDeadline()) {
      evict(entry, ((Waiter) entry).givesUpEarly() ? EvictReason.NO_PROVIDER : EvictReason.TIMEOUT);
      any = true;
    }
    return any;
  }

  private long pick(long mask, Entry entry, long instantNanos) {
    return accounts.pick(mask, ((Waiter) entry).request().cost(), instantNanos);
  }

  private void settleRound() {
    long refillInNanos;
    boolean turned;
    do { // what is short decides the order, so a round that changed it is followed by another
      refillInNanos = Dispatcher.round(room, accounts.ledger(), this::pick, nowNanos, this::granted);
      turned = !room.isEmpty() && use.scarce(accounts.anySaturated());
    } while (turned);
    updateWake(refillInNanos);
  }

  private void updateWake(long refillInNanos) {
    long wake = Math.min(refillInNanos, room.isEmpty() ? Long.MAX_VALUE : room.nextChangeInNanos(nowNanos));
    Entry deadline = room.nextDeadline();
    PoolLease lease = leases.peek();
    wake = buckets == null ? wake : Math.min(wake, buckets.decaysInNanos(nowNanos));
    wake = deadline == null ? wake : Math.min(wake, Math.max(0, deadline.deadlineNanos() - nowNanos));
    wakeInNanos = lease == null ? wake : Math.min(wake, Math.max(0, lease.expiresAtNanos() - nowNanos));
  }

  private void granted(Entry entry, int accountIndex) {
    Waiter waiter = (Waiter) entry;
    drain.dispatched(accountIndex, waiter.tokens());
    if (waiter == arriving) {
      arrivalsLease = lease(waiter, accountIndex, false);
    } else {
      PoolLease lease = lease(waiter, accountIndex, true);
      effects.add(() -> waiter.listener().dispatched(lease));
    }
  }

  private PoolLease lease(Waiter waiter, int accountIndex, boolean queued) {
    int lane = waiter.laneIndex();
    Draw draw = buckets == null ? null : buckets.draw(lane, waiter.tokens(), this::isWaitedIn, nowNanos);
    PoolLease lease = new PoolLease(pool, accounts.get(accountIndex), waiter, draw, nowNanos, nextSequence++);
    leases.add(lease);
    notes.admitted(waiter, lease, accountIndex, nowNanos, effects);
    use.began(lane, nowNanos);
    tally.admitted(lane, waiter.tokens());
    SchedulerListener listener = effects.listener();
    effects.add(() -> listener.admitted(pool.model(), lease.provider(), lane, lease.waitNanos(), queued));
    return lease;
  }

  private void finish(PoolLease lease, LeaseEnd end, TokenCost actual) {
    leases.remove(lease);
    use.ended(lease.lane(), nowNanos);
    tally.ended(end);
    long reserved = lease.cost().total();
    Draw draw = lease.draw();
    if (draw != null) {
      draw.end(end == LeaseEnd.EXPIRED ? reserved : actual.total(), nowNanos);
    }
    switch (end) {
      case SETTLED -> lease.account().account().settle(reserved, actual.total(), nowNanos);
      case CANCELLED -> lease.account().account().cancel(reserved, nowNanos);
      case EXPIRED -> lease.account().account().expire(reserved);
    }
    if (end != LeaseEnd.EXPIRED && lease.lane() < room.lanes()) {
      WorkRequest request = lease.request();
      room.lane(lease.lane()).correct(request.flow(), request.service(actual) - request.service());
    }
    SchedulerListener listener = effects.listener();
    effects.add(() -> listener.leaseEnded(lease, end, actual));
  }

  private void evict(Entry entry, EvictReason reason) {
    room.withdraw(entry);
    long retryAfterNanos = switch (reason) {
      case TIMEOUT, DISPLACED -> retryAfterNanos(entry);
      case NO_PROVIDER -> Math.max(LEAST_RETRY_NANOS, Math.min(FOREVER_NANOS, accounts.pauseNanos(entry.mask(), nowNanos)));
      case CANCELLED, DRAINING -> 0;
    };
    conclude((Waiter) entry, reason, retryAfterNanos);
  }

  private void conclude(Waiter waiter, EvictReason reason, long retryAfterNanos) {
    tally.evicted();
    notes.evicted(waiter, reason, nowNanos, effects);
    int lane = waiter.laneIndex();
    long waitNanos = nowNanos - waiter.arrivalNanos();
    SchedulerListener listener = effects.listener();
    effects.add(() -> listener.evicted(pool.model(), lane, reason, waitNanos));
    effects.add(() -> waiter.listener().evicted(reason, retryAfterNanos));
  }

  /** When the queue before a repeat of {@code entry}, which has left, would be short enough for it. */
  private long retryAfterNanos(Entry entry) {
    long limitNanos = entry.deadlineNanos() - entry.arrivalNanos();
    return Math.max(LEAST_RETRY_NANOS, foretell(entry, room.tokensBeforeRepeat(entry)) - limitNanos);
  }

  /** When one more request of the usual size will have left the room. */
  private long foretellOnePlace(Entry entry) {
    return Forecast.waitNanos(
        accounts.ledger(), drain, new Forecast.Demand(entry.mask(), room.tokens() / room.size(), 0, 0), nowNanos);
  }

  private long foretell(Entry entry, long tokensAhead) {
    return Math.max(foretellWork(entry, tokensAhead), Math.min(FOREVER_NANOS, accounts.pauseNanos(entry.mask(), nowNanos)));
  }

  private long foretellWork(Entry entry, long tokensAhead) {
    if (use.isScarce() && config.policy() == Policy.HYBRID && buckets == null) {
      return foretellPlace(entry);
    }
    long everyone = Math.max(1, room.tokens());
    long requestsAhead = Math.min(room.size(), Saturating.scale(tokensAhead, room.size(), everyone));
    return Forecast.waitNanos(
        accounts.ledger(),
        drain,
        new Forecast.Demand(entry.mask(), tokensAhead, requestsAhead, entry.tokens()),
        nowNanos);
  }

  /** As {@link #foretell} where places are short: by requests, for a place is a place whatever its tokens. */
  private long foretellPlace(Entry entry) {
    LaneQueue lane = room.lane(entry.laneIndex());
    long tokensAhead = entry.isWaiting() ? lane.workAhead().before(entry) : lane.workAhead().competing(entry.mask());
    long requestsAhead = lane.isEmpty() ? 0 : Saturating.scale(tokensAhead, lane.size(), Math.max(1, lane.tokens()));
    boolean[] backlogged = new boolean[room.lanes()];
    for (int i = 0; i < backlogged.length; i++) {
      backlogged[i] = !room.lane(i).isEmpty();
    }
    int[] weights = config.lanes().stream().mapToInt(LaneConfig::weight).toArray();
    return PlaceForecast.waitNanos(
        use, new PlaceForecast.Place(weights, backlogged, entry.laneIndex(), Math.min(requestsAhead, lane.size())));
  }

  /** Leases that have not ended. */
  int openLeases() {
    return leases.size();
  }

  PoolSnapshot snapshot() {
    List<LaneSnapshot> lanes = new ArrayList<>();
    for (int i = 0; i < room.lanes(); i++) {
      LaneQueue lane = room.lane(i);
      Entry eldest = lane.eldest();
      lanes.add(new LaneSnapshot(
          lane.size(),
          lane.bytes(),
          eldest == null ? 0 : nowNanos - eldest.arrivalNanos(),
          tally.dispatchedRequests(i),
          tally.dispatchedTokens(i)));
    }
    return new PoolSnapshot(
        pool.model(),
        room.size(),
        room.bytes(),
        lanes,
        accounts.snapshot(nowNanos),
        tally.requests(),
        tally.leases(leases.size()),
        accounts.totals(),
        bucketSnapshots());
  }

  private List<BucketSnapshot> bucketSnapshots() {
    List<BucketSnapshot> snapshots = new ArrayList<>();
    for (int i = 0; buckets != null && i < room.lanes(); i++) {
      snapshots.add(new BucketSnapshot(buckets.guarantee(i), buckets.available(i, nowNanos), buckets.upgraded(i)));
    }
    return snapshots;
  }
}
