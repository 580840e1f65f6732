// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler;

import dev.sluice.scheduler.DecisionRecord.Bound;
import dev.sluice.scheduler.DecisionRecord.Outcome;
import dev.sluice.scheduler.DecisionRecord.ProviderVerdict;
import dev.sluice.scheduler.DecisionRecord.Verdict;
import dev.sluice.scheduler.fairness.Entry;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/** Writes one pool's decision records, if somebody reads them. Not thread-safe; confined to the pool's lock. */
final class DecisionNotes {
  private static final int NOBODY = -1;

  private final String model;
  private final PoolAccounts accounts;

  DecisionNotes(String model, PoolAccounts accounts) {
    this.model = model;
    this.accounts = accounts;
  }

  /** A request got the account's capacity, which is reserved. */
  void admitted(Waiter waiter, PoolLease lease, int accountIndex, long nowNanos, Effects effects) {
    if (effects.listener().wantsDecisions()) {
      Outcome outcome = new Outcome.Admitted(accounts.get(accountIndex).provider());
      note(waiter, outcome, Optional.of(lease), verdicts(waiter.request(), waiter.laneIndex(), accountIndex, nowNanos), nowNanos, effects);
    }
  }

  /** A request that waited was sent away. */
  void evicted(Waiter waiter, EvictReason reason, long nowNanos, Effects effects) {
    if (effects.listener().wantsDecisions()) {
      note(waiter, new Outcome.Evicted(reason), Optional.empty(), verdicts(waiter.request(), waiter.laneIndex(), NOBODY, nowNanos), nowNanos, effects);
    }
  }

  private void note(Waiter waiter, Outcome outcome, Optional<Lease> lease, List<ProviderVerdict> verdicts, long nowNanos, Effects effects) {
    WorkRequest request = waiter.request();
    add(
        new DecisionRecord(
            model, request.flow(), waiter.laneIndex(), request.cost(), request.maxOutputTokens(), waiter.arrivalNanos(), waiter.position(),
            waiter.bound(), waiter.predictedWaitNanos(), nowNanos - waiter.arrivalNanos(), outcome, verdicts),
        lease,
        effects);
  }

  /** A request was refused on arrival. */
  void rejected(WorkRequest request, int lane, Arrival arrival, RejectReason reason, long nowNanos, Effects effects) {
    if (effects.listener().wantsDecisions()) {
      add(
          new DecisionRecord(
              model, request.flow(), lane, request.cost(), request.maxOutputTokens(), nowNanos, arrival.position(), arrival.bound(),
              arrival.predictedWaitNanos(), 0, new Outcome.Rejected(reason), verdicts(request, lane, NOBODY, nowNanos)),
          Optional.empty(),
          effects);
    }
  }

  /** What was found on arrival. Immutable. */
  record Arrival(Bound bound, int position, long predictedWaitNanos) {
    static Arrival of(RejectReason reason) {
      return new Arrival(reason == RejectReason.DRAINING ? Bound.DRAINING : Bound.PROVIDERS, 0, 0);
    }
  }

  private static void add(DecisionRecord record, Optional<Lease> lease, Effects effects) {
    SchedulerListener listener = effects.listener();
    effects.add(() -> listener.decided(record, lease));
  }

  /**
   * What keeps {@code entry} from starting.
   *
   * @param leaves accounts in which it leaves the headroom free
   * @param gateOpen whether a bucket would pay
   */
  Bound bound(Entry entry, long leaves, boolean gateOpen, long nowNanos) {
    Bound first = Bound.PROVIDERS;
    for (long rest = entry.mask(); rest != 0; rest &= rest - 1) {
      boolean leaving = (leaves & Long.lowestOneBit(rest)) != 0;
      Bound bound = switch (accounts.ledger().get(Long.numberOfTrailingZeros(rest)).shortOf(entry.tokens(), leaving, nowNanos)) {
        case NOTHING -> gateOpen ? Bound.TURN : Bound.BUCKET;
        case PAUSE -> Bound.PAUSE;
        case CONCURRENCY -> Bound.CONCURRENCY;
        case REQUESTS -> Bound.REQUESTS;
        case TOKENS -> Bound.TOKENS;
      };
      if (bound == Bound.TURN || bound == Bound.BUCKET) {
        return bound;
      }
      first = first == Bound.PROVIDERS ? bound : first;
    }
    return first;
  }

  private List<ProviderVerdict> verdicts(WorkRequest request, int lane, int chosen, long nowNanos) {
    List<ProviderVerdict> verdicts = new ArrayList<>(accounts.size());
    for (int i = 0; i < accounts.size(); i++) {
      PoolAccount account = accounts.get(i);
      OptionalDouble score = accounts.scored() ? OptionalDouble.of(account.preference().score(request.cost())) : OptionalDouble.empty();
      verdicts.add(new ProviderVerdict(account.provider(), i == chosen ? Verdict.CHOSEN : verdict(request, lane, i, nowNanos), score));
    }
    return verdicts;
  }

  private Verdict verdict(WorkRequest request, int lane, int index, long nowNanos) {
    PoolAccount account = accounts.get(index);
    if (!account.isAmong(request.providers())) {
      return Verdict.NOT_ALLOWED;
    }
    if (!account.holdsContext(request.contextTokens())) {
      return Verdict.CONTEXT;
    }
    return switch (account.account().shortOf(request.cost().total(), lane > 0, nowNanos)) {
      case NOTHING -> Verdict.FREE;
      case PAUSE -> account.standing().healthy() ? Verdict.PAUSED : Verdict.UNHEALTHY;
      case CONCURRENCY -> Verdict.CONCURRENCY;
      case REQUESTS -> Verdict.REQUESTS;
      case TOKENS -> Verdict.TOKENS;
    };
  }
}
