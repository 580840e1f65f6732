// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler;

import dev.sluice.scheduler.NaiveAccount.NaiveLease;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The oracle: one pool in lists and scans, that says what must become of every request and when. Not thread-safe.
 *
 * <p>It shares no code with the core beyond the values at the door, and does not foretell: whether a request that would wait is
 * refused as too late is taken from the core.
 */
final class NaivePool {
  /** A request that waits. */
  static final class NaiveWaiter {
    final int id;
    final WorkRequest request;
    final long arrivalNanos;
    final long sequence;
    int lane;
    int mask;
    long deadlineNanos;

    /** How long it would hold a place, if places were short when it came. */
    long holdNanos;

    /** Service by which other flows may get ahead of its own. */
    long deference;

    NaiveWaiter(int id, WorkRequest request, long arrivalNanos, long sequence, int lane, int mask) {
      this.id = id;
      this.request = request;
      this.arrivalNanos = arrivalNanos;
      this.sequence = sequence;
      this.lane = lane;
      this.mask = mask;
    }

    String flow() {
      return request.flow();
    }
  }

  private static final long FOREVER = Long.MAX_VALUE / 4;

  /** What became of requests, in order. */
  final List<String> log = new ArrayList<>();

  final List<NaiveWaiter> waiters = new ArrayList<>();

  /** When the core sent whom away after a look at its prospects; believed of those who wait, with their deadlines ahead. */
  final Map<Integer, Long> outOfReach = new LinkedHashMap<>();

  private final NaivePolicy policy;
  private final NaiveUse use;
  private List<NaiveAccount> accounts = new ArrayList<>();
  private final List<NaiveAccount> removed = new ArrayList<>();
  private SchedulerConfig config;
  private @Nullable NaiveWaiter newcomer;
  private long nowNanos;
  private long nextSequence;
  private long nextGrant;

  NaivePool(SchedulerConfig config, long nowNanos) {
    this.config = config;
    this.nowNanos = nowNanos;
    this.use = new NaiveUse(nowNanos);
    this.policy = new NaivePolicy(config, use, nowNanos);
    configured(config).forEach(account -> accounts.add(new NaiveAccount(account, nowNanos)));
    accounts.forEach(account -> account.headroomPercent = config.rules().laneZeroHeadroomPercent());
    countPlaces();
  }

  private void countPlaces() {
    use.places = accounts.stream().mapToLong(account -> account.limits.maxConcurrent()).sum();
  }

  private static List<ProviderAccount> configured(SchedulerConfig config) {
    return config.pools().values().iterator().next();
  }

  List<NaiveAccount> accounts() {
    return accounts;
  }

  Optional<NaiveLease> lease(int id) {
    return leases().stream().filter(lease -> lease.id() == id).findFirst();
  }

  /** Moves to an instant, stopping wherever anything may happen. */
  void advanceTo(long targetNanos) {
    for (long next = nextInstant(); next <= targetNanos; next = nextInstant()) {
      to(next);
      settleDown();
    }
    to(targetNanos);
  }

  private void to(long instantNanos) {
    nowNanos = instantNanos;
    accounts.forEach(account -> account.advance(instantNanos));
    removed.forEach(account -> account.advance(instantNanos));
  }

  private long nextInstant() {
    long next = Long.MAX_VALUE;
    for (NaiveWaiter waiter : waiters) {
      next = sooner(next, waiter.deadlineNanos);
      next = sooner(next, outOfReach.getOrDefault(waiter.id, Long.MAX_VALUE));
      next = sooner(next, waiter.arrivalNanos + config.rules().ageing().starvationTimeoutNanos().orElse(FOREVER) + 1);
      for (int lanes = 1; lanes <= waiter.lane + 1 && config.rules().ageing().intervalNanos().isPresent(); lanes++) {
        next = sooner(next, waiter.arrivalNanos + lanes * config.rules().ageing().intervalNanos().getAsLong());
      }
      for (NaiveAccount account : accounts) {
        boolean eligible = (waiter.mask & account.bit()) != 0;
        next = eligible ? sooner(next, account.readyAtNanos(waiter.request.cost().total(), false)) : next;
        next = eligible ? sooner(next, account.readyAtNanos(waiter.request.cost().total(), true)) : next;
      }
    }
    for (NaiveLease lease : leases()) {
      next = sooner(next, lease.expiresAtNanos());
    }
    return next;
  }

  private long sooner(long best, long candidate) {
    return candidate > nowNanos && candidate < best ? candidate : best;
  }

  private List<NaiveLease> leases() {
    List<NaiveLease> leases = new ArrayList<>();
    accounts.forEach(account -> leases.addAll(account.leases));
    removed.forEach(account -> leases.addAll(account.leases));
    return leases;
  }

  private void settleDown() {
    leases().stream()
        .filter(lease -> lease.expiresAtNanos() <= nowNanos)
        .sorted(Comparator.comparing(NaiveLease::expiresAtNanos).thenComparing(NaiveLease::sequence))
        .toList()
        .forEach(lease -> finish(lease, LeaseEnd.EXPIRED, lease.cost()));
    evictOverdue(nowNanos - 1);
    settleRounds();
    List<NaiveWaiter> reviewed = waiters.stream().filter(waiter -> outOfReach.getOrDefault(waiter.id, Long.MAX_VALUE) == nowNanos).toList();
    if (!reviewed.isEmpty()) {
      reviewed.stream()
          .sorted(Comparator.comparing(waiter -> List.copyOf(outOfReach.keySet()).indexOf(waiter.id)))
          .forEach(this::believe);
      settleRounds();
    }
  }

  private void settleRounds() {
    do {
      round();
    } while (evictOverdue(nowNanos));
  }

  private void believe(NaiveWaiter waiter) {
    if (waiter.deadlineNanos <= nowNanos || !config.refuseWhileWaiting()) {
      throw new AssertionError(waiter.id + " was sent away at " + nowNanos + " as out of reach, its deadline being " + waiter.deadlineNanos);
    }
    evict(waiter, EvictReason.OUT_OF_REACH);
  }

  /** After a change: those whose deadline comes before any of their accounts gives anything, whatever ends. */
  private void evictHopeless() {
    if (!config.refuseWhileWaiting()) {
      return;
    }
    evictOverdue(nowNanos - 1);
    waiters.stream()
        .filter(waiter -> accounts.stream()
            .filter(account -> (waiter.mask & account.bit()) != 0)
            .allMatch(account -> account.leases.isEmpty() && account.readyAtNanos(0, false) > waiter.deadlineNanos))
        .sorted(Comparator.comparing((NaiveWaiter waiter) -> waiter.deadlineNanos).thenComparing(waiter -> waiter.sequence))
        .toList()
        .forEach(waiter -> evict(waiter, EvictReason.OUT_OF_REACH));
  }

  private boolean evictOverdue(long latestNanos) {
    List<NaiveWaiter> overdue = waiters.stream()
        .filter(waiter -> waiter.deadlineNanos <= latestNanos)
        .sorted(Comparator.comparing((NaiveWaiter waiter) -> waiter.deadlineNanos).thenComparing(waiter -> waiter.sequence))
        .toList();
    overdue.forEach(waiter -> evict(waiter, EvictReason.TIMEOUT));
    return !overdue.isEmpty();
  }

  private void evict(NaiveWaiter waiter, EvictReason reason) {
    waiters.remove(waiter);
    policy.left(waiter, waiters);
    log.add(waiter.id + "!" + reason + "@" + nowNanos);
  }

  private void finish(NaiveLease lease, LeaseEnd end, TokenCost actual) {
    lease.account().end(lease, end, actual);
    use.ended(lease.sequence(), nowNanos);
    removed.removeIf(account -> account.leases.isEmpty());
    log.add(lease.account().provider + "." + end + "@" + nowNanos);
  }

  private void round() {
    int[] claimed = {0, 0};
    for (Optional<NaiveWaiter> next = policy.next(waiters, claimed, nowNanos);
        next.isPresent();
        next = policy.next(waiters, claimed, nowNanos)) {
      NaiveWaiter waiter = next.get();
      int open = waiter.mask & ~claimed[waiter.lane == 0 ? 0 : 1];
      Optional<NaiveAccount> account = accounts.stream()
          .filter(candidate -> (open & candidate.bit()) != 0)
          .filter(candidate -> fits(waiter, candidate))
          .findFirst();
      if (account.isPresent()) {
        policy.served(waiter, waiters, nowNanos);
        waiters.remove(waiter);
        policy.left(waiter, waiters);
        policy.lift(waiter.lane, waiters);
        grant(waiter.id, waiter.lane, waiter.request, account.get());
        claimed[0] = 0;
        claimed[1] = 0;
      } else {
        claimed[0] |= accounts.stream()
            .filter(candidate -> (open & candidate.bit()) != 0 && !candidate.fits(waiter.request.cost().total(), false))
            .mapToInt(NaiveAccount::bit)
            .sum();
        claimed[1] |= waiter.mask;
      }
    }
    if (!waiters.isEmpty()) {
      boolean scarce = placesAreShort();
      if (scarce != use.scarce) {
        use.scarce = scarce;
        round();
      }
    }
  }

  /** Whether the account would take the waiter now, if it were its turn. */
  boolean fits(NaiveWaiter waiter, NaiveAccount account) {
    return account.fits(waiter.request.cost().total(), leaves(waiter, account));
  }

  /** Lane 0 does not, nor who is past the starvation bound, nor anybody while one of lane 0 waits for the account. */
  private boolean leaves(NaiveWaiter waiter, NaiveAccount account) {
    long waited = nowNanos - waiter.arrivalNanos;
    return waiter.lane > 0
        && waited <= config.rules().ageing().starvationTimeoutNanos().orElse(FOREVER)
        && waited / config.rules().ageing().intervalNanos().orElse(FOREVER) <= waiter.lane
        && waiters.stream().noneMatch(other -> other.lane == 0 && other != newcomer && (other.mask & account.bit()) != 0);
  }

  private boolean placesAreShort() {
    return accounts.stream().anyMatch(account -> !account.hasPlace(true));
  }

  private void expectHold(NaiveWaiter waiter) {
    LeaseLife life = accounts.stream()
        .filter(account -> (waiter.mask & account.bit()) != 0)
        .findFirst()
        .orElseThrow()
        .limits
        .leaseLife();
    long output = waiter.request.expectedOutputTokens();
    waiter.holdNanos = life.prefillNanosPerToken() * waiter.request.cost().inputTokens() + life.outputNanosPerToken() * output;
    long serviceNanos = life.outputNanosPerToken() / 2;
    waiter.deference = serviceNanos == 0 ? 0 : Math.min(32_768, 16 * (waiter.holdNanos / serviceNanos));
  }

  private void grant(int id, int lane, WorkRequest request, NaiveAccount account) {
    LeaseLife life = account.limits.leaseLife();
    long expected = life.prefillNanosPerToken() * request.cost().inputTokens()
        + 2 * request.maxOutputTokens() * life.outputNanosPerToken();
    long lifeNanos = Math.max(15 * NaiveAccount.NANO, Math.min(expected, life.providerTimeoutNanos() + 30 * NaiveAccount.NANO));
    use.began(nextGrant, lane, nowNanos);
    account.take(new NaiveLease(id, account, lane, request, nowNanos + lifeNanos, nextGrant++));
    log.add(id + ">" + account.provider + "@" + nowNanos);
  }

  private int mask(WorkRequest request, boolean heedContext) {
    return accounts.stream()
        .filter(account -> request.providers().isEmpty() || request.providers().contains(account.provider))
        .filter(account -> !heedContext || request.contextTokens() <= account.limits.maxContextTokens())
        .mapToInt(NaiveAccount::bit)
        .sum();
  }

  /**
   * Submits, and logs what must become of the request at once.
   *
   * @param tooLate whether the core refuses it as too late; only believed of a request that would wait
   */
  void submit(int id, WorkRequest request, boolean tooLate) {
    int mask = mask(request, true);
    if (mask == 0) {
      refuse(id, mask(request, false) == 0 ? RejectReason.NO_PROVIDER : RejectReason.UNSCHEDULABLE);
      return;
    }
    int lane = Math.min(request.lane(), config.lanes().size() - 1);
    long total = request.cost().total();
    Optional<NaiveAccount> free =
        accounts.stream().filter(account -> (mask & account.bit()) != 0 && account.fits(total, lane > 0)).findFirst();
    if (waiters.isEmpty() && free.isPresent()) {
      policy.passed(lane, total, nowNanos);
      grant(id, lane, request, free.get());
      return;
    }
    NaiveWaiter waiter = new NaiveWaiter(id, request, nowNanos, nextSequence++, lane, mask);
    long limitNanos = Math.min(FOREVER, Math.min(request.maxWaitNanos(), config.lanes().get(lane).maxWaitNanos()));
    waiter.deadlineNanos = nowNanos + limitNanos;
    if (placesAreShort()) {
      expectHold(waiter);
    }
    policy.joined(waiter, waiters);
    waiters.add(waiter);
    newcomer = waiter;
    round();
    if (waiters.contains(waiter)) {
      judge(waiter, tooLate || limitNanos == 0);
    }
    newcomer = null;
    round();
  }

  private void judge(NaiveWaiter waiter, boolean tooLate) {
    List<NaiveWaiter> victims = config.displace() ? victims(waiter) : List.of();
    List<NaiveWaiter> rest = new ArrayList<>(waiters);
    rest.removeAll(victims);
    boolean fits = laneFits(waiter) && totalFits(rest);
    if (!fits || tooLate) {
      waiters.remove(waiter);
      policy.left(waiter, waiters);
      newcomer = null;
      round();
      refuse(waiter.id, fits ? RejectReason.WAIT_TOO_LONG : RejectReason.QUEUE_FULL);
      return;
    }
    victims.forEach(victim -> evict(victim, EvictReason.DISPLACED));
    settleDown();
  }

  private boolean laneFits(NaiveWaiter waiter) {
    List<NaiveWaiter> lane = waiters.stream().filter(other -> other.lane == waiter.lane).toList();
    LaneConfig bound = config.lanes().get(waiter.lane);
    return lane.stream().filter(other -> other.flow().equals(waiter.flow())).count() <= config.bounds().maxRequestsPerFlow()
        && lane.size() <= bound.maxRequests()
        && lane.stream().mapToLong(other -> other.request.bytes()).sum() <= bound.maxBytes();
  }

  private boolean totalFits(List<NaiveWaiter> some) {
    return some.size() <= config.bounds().maxRequests()
        && some.stream().mapToLong(other -> other.request.bytes()).sum() <= config.bounds().maxBytes();
  }

  private List<NaiveWaiter> victims(NaiveWaiter waiter) {
    List<NaiveWaiter> rest = new ArrayList<>(waiters);
    List<NaiveWaiter> worst = waiters.stream()
        .filter(other -> other.lane > waiter.lane)
        .sorted(Comparator.comparing((NaiveWaiter other) -> -other.lane).thenComparing(other -> -other.sequence))
        .toList();
    List<NaiveWaiter> victims = new ArrayList<>();
    for (NaiveWaiter victim : worst) {
      if (totalFits(rest)) {
        break;
      }
      rest.remove(victim);
      victims.add(victim);
    }
    return victims;
  }

  private void refuse(int id, RejectReason reason) {
    log.add(id + "!" + reason + "@" + nowNanos);
  }

  void cancelTicket(int id) {
    Optional<NaiveWaiter> waiter = waiters.stream().filter(candidate -> candidate.id == id).findFirst();
    if (waiter.isPresent()) {
      evict(waiter.get(), EvictReason.CANCELLED);
      settleDown();
    }
  }

  void end(int id, LeaseEnd end, TokenCost actual) {
    Optional<NaiveLease> lease = lease(id);
    if (lease.isPresent()) {
      finish(lease.get(), end, actual);
      policy.corrected(lease.get(), actual, waiters);
      settleDown();
    }
  }

  void drain() {
    for (int lane = 0; lane < config.lanes().size(); lane++) {
      int drained = lane;
      waiters.stream().filter(waiter -> waiter.lane == drained).toList().forEach(waiter -> evict(waiter, EvictReason.DRAINING));
    }
  }

  void reconfigure(SchedulerConfig next) {
    List<NaiveAccount> known = new ArrayList<>(accounts);
    known.addAll(removed);
    removed.clear();
    accounts = new ArrayList<>();
    for (ProviderAccount wanted : configured(next)) {
      Optional<NaiveAccount> existing = known.stream().filter(account -> account.provider.equals(wanted.provider())).findFirst();
      existing.ifPresent(account -> account.advance(nowNanos));
      existing.ifPresent(account -> account.limits(wanted.limits()));
      existing.ifPresent(known::remove);
      accounts.add(existing.orElseGet(() -> new NaiveAccount(wanted, nowNanos)));
    }
    known.stream().filter(account -> !account.leases.isEmpty()).forEach(removed::add);
    accounts.forEach(account -> account.headroomPercent = next.rules().laneZeroHeadroomPercent());
    countPlaces();
    config = next;
    policy.reconfigure(next, nowNanos);
    List<NaiveWaiter> everyone = List.copyOf(waiters);
    waiters.clear();
    List<NaiveWaiter> homeless = new ArrayList<>();
    for (NaiveWaiter waiter : everyone) {
      waiter.lane = Math.min(waiter.lane, next.lanes().size() - 1);
      waiter.mask = mask(waiter.request, true);
      long longest = Math.min(FOREVER, next.lanes().get(waiter.lane).maxWaitNanos());
      waiter.deadlineNanos = Math.min(waiter.deadlineNanos, waiter.arrivalNanos + longest);
      if (waiter.mask == 0) {
        homeless.add(waiter);
      } else {
        policy.joined(waiter, waiters);
        waiters.add(waiter);
      }
    }
    for (int lane = 0; lane < next.lanes().size(); lane++) {
      int emptied = lane;
      if (waiters.stream().noneMatch(waiter -> waiter.lane == emptied)) {
        policy.emptied(lane);
      }
      policy.forget(lane, waiters);
    }
    homeless.forEach(waiter -> log.add(waiter.id + "!" + EvictReason.NO_PROVIDER + "@" + nowNanos));
    evictHopeless();
    settleDown();
  }
}
