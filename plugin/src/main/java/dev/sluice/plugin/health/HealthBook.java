// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.health;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.sluice.routing.store.FailureBreaker;
import dev.sluice.scheduler.Alarm;
import dev.sluice.scheduler.Lease;
import dev.sluice.scheduler.Standing;
import dev.sluice.scheduler.Ticker;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How every model fares at every provider, and the scheduler's knowledge of it. Thread-safe.
 *
 * <p>Accounts are those of leases and of providers that spoke for themselves, so there are no more than configured. What changes by
 * itself, the end of a pause or a request becoming overdue, has an alarm at its instant; nothing is asked at intervals.
 */
public final class HealthBook {
  private static final Logger log = LoggerFactory.getLogger(HealthBook.class);

  /** Takes over what health leaves of an account. Thread-safe; calls nobody back who takes this book's lock on another thread. */
  @FunctionalInterface
  public interface Stands {
    /** An account has another standing. */
    void stand(String model, String provider, Standing standing);

    /** The usual time to the first byte of a stream is another one, by more than a tenth. */
    default void firstByte(String model, String provider, double nanos) {}
  }

  /**
   * An account's health. Immutable.
   *
   * @param detail what the provider said of itself; empty if nothing
   * @param pausedNanos time until it takes requests again; 0 if it takes some now
   */
  public record Line(String provider, String model, AccountHealth.State state, String detail, double scale, long pausedNanos) {}

  record Pair(String provider, String model) {}

  private final Ticker ticker;
  private final Stands stands;
  private final Alarm alarm;
  private final ReentrantLock lock = new ReentrantLock();

  @GuardedBy("lock")
  private HealthSettings settings;

  @GuardedBy("lock")
  private final Map<Pair, WatchedAccount> accounts = new HashMap<>();

  /** Those that change by themselves. */
  @GuardedBy("lock")
  private final Set<Pair> restless = new HashSet<>();

  @GuardedBy("lock")
  private final Flights flights = new Flights();

  /** A book in which nothing is held against anybody. */
  public HealthBook(HealthSettings settings, Ticker ticker, Alarm.Factory alarms, Stands stands) {
    this.settings = settings;
    this.ticker = ticker;
    this.stands = stands;
    this.alarm = alarms.create(this::wake);
  }

  /** Judges by other settings from now on; if they differ, what was held against accounts is forgotten. */
  public void configure(HealthSettings next) {
    lock.lock();
    try {
      if (!next.equals(settings)) {
        settings = next;
        flights.clear();
        List<Pair> held = new ArrayList<>();
        accounts.forEach(
            (pair, account) -> {
              if (!account.toldStanding().equals(Standing.WHOLE)) {
                held.add(pair);
              }
            });
        accounts.clear();
        restless.clear();
        held.forEach(pair -> stands.stand(pair.model(), pair.provider(), Standing.WHOLE));
      }
    } finally {
      lock.unlock();
    }
  }

  /** A request of {@code lease} leaves; {@code expectedNanos} is the time that the configured pace gives for it, at least 1. */
  public void sent(Lease lease, long expectedNanos) {
    lock.lock();
    try {
      long nowNanos = ticker.read();
      Pair pair = new Pair(lease.provider(), lease.model());
      AccountHealth health = account(pair).health();
      AccountHealth.Sent sent = health.sent(expectedNanos, nowNanos);
      if (flights.add(lease, pair, sent, health.overdueAtNanos(sent))) {
        setAlarm(nowNanos);
      }
    } finally {
      lock.unlock();
    }
  }

  /** A request was answered. */
  public void answered(Lease lease, Answer answer) {
    lock.lock();
    try {
      Optional<Flights.Flight> known = flights.remove(lease);
      if (known.isPresent()) {
        Flights.Flight flight = known.get();
        Pair pair = flight.pair();
        WatchedAccount account = account(pair);
        long nowNanos = ticker.read();
        account.health().answered(flight.sent(), answer, flight.isOverdue(), peersQuick(pair, nowNanos), nowNanos);
        apply(pair, nowNanos);
        account.nextFirstByteNanos().ifPresent(usual -> stands.firstByte(pair.model(), pair.provider(), usual));
      }
    } finally {
      lock.unlock();
    }
  }

  /** Tells everything again, to a scheduler that may have forgotten some accounts. */
  public void tellAgain() {
    lock.lock();
    try {
      accounts.forEach(
          (pair, account) -> {
            stands.stand(pair.model(), pair.provider(), account.toldStanding());
            stands.firstByte(pair.model(), pair.provider(), account.toldFirstByteNanos());
          });
    } finally {
      lock.unlock();
    }
  }

  /** A lease ended, reported or not; if it was answered, that was told before. */
  public void ended(Lease lease) {
    lock.lock();
    try {
      flights.remove(lease);
    } finally {
      lock.unlock();
    }
  }

  /**
   * What a provider says of itself and a model. Immutable.
   *
   * @param part of its configured capacity that it offers at the moment; 0 for nothing, at most 1
   * @param detail for people; empty if there is nothing to say
   */
  public record Offer(String provider, String model, double part, String detail) {}

  /** Every provider said what it offers; accounts of which nobody speaks any more are forgotten. */
  public void offered(List<Offer> offers) {
    lock.lock();
    try {
      Set<Pair> named = new HashSet<>();
      for (Offer offer : offers) {
        Pair pair = new Pair(offer.provider(), offer.model());
        named.add(pair);
        if (offer.part() >= 1 && offer.detail().isEmpty() && !accounts.containsKey(pair)) {
          continue; // nothing to note; a start need not wait for the libraries that an account needs
        }
        account(pair).offer(offer.part(), offer.detail());
        apply(pair, ticker.read());
      }
      accounts.keySet().retainAll(named);
      restless.retainAll(named);
      flights.removeIf(pair -> !named.contains(pair));
    } finally {
      lock.unlock();
    }
  }

  /** Makes ready for requests of these accounts, which the first one would otherwise have to wait for. */
  public void expect(List<Offer> offers) {
    lock.lock();
    try {
      offers.forEach(offer -> account(new Pair(offer.provider(), offer.model())));
    } finally {
      lock.unlock();
    }
  }

  /** A provider said that its limits are used up for a time. */
  public void exhausted(String provider, String model, long nanos) {
    lock.lock();
    try {
      long nowNanos = ticker.read();
      Pair pair = new Pair(provider, model);
      account(pair).health().pause(nanos, nowNanos);
      apply(pair, nowNanos);
    } finally {
      lock.unlock();
    }
  }

  /** A probe of a provider ended; the next one is {@code nextNanos} away. */
  public void probed(String provider, List<String> models, boolean worked, long nextNanos) {
    lock.lock();
    try {
      long nowNanos = ticker.read();
      for (String model : models) {
        Pair pair = new Pair(provider, model);
        AccountHealth health = account(pair).health();
        if (worked) {
          health.probeWorked(nowNanos);
        } else {
          health.probeFailed(nowNanos + nextNanos, nowNanos);
        }
        apply(pair, nowNanos);
      }
    } finally {
      lock.unlock();
    }
  }

  private void wake() {
    lock.lock();
    try {
      long nowNanos = ticker.read();
      Set<Pair> stirred = new LinkedHashSet<>(restless);
      for (Optional<Flights.Flight> late = flights.nextOverdue(nowNanos); late.isPresent(); late = flights.nextOverdue(nowNanos)) {
        Flights.Flight flight = late.get();
        account(flight.pair()).health().overdue(flight.sent(), peersQuick(flight.pair(), nowNanos), nowNanos);
        stirred.add(flight.pair());
      }
      for (Pair pair : stirred) {
        apply(pair, nowNanos);
      }
      setAlarm(nowNanos);
    } finally {
      lock.unlock();
    }
  }

  @GuardedBy("lock")
  private WatchedAccount account(Pair pair) {
    WatchedAccount known = accounts.get(pair);
    if (known == null) {
      FailureBreaker breaker = new FailureBreaker(pair.provider() + "/" + pair.model(), settings.breaker(), ticker::read);
      known = new WatchedAccount(new AccountHealth(settings, breaker), settings.patience().toNanos());
      accounts.put(pair, known);
    }
    return known;
  }

  @GuardedBy("lock")
  private boolean peersQuick(Pair pair, long nowNanos) {
    for (Map.Entry<Pair, WatchedAccount> other : accounts.entrySet()) {
      boolean peer = other.getKey().model().equals(pair.model()) && !other.getKey().equals(pair);
      if (peer && other.getValue().isQuick(nowNanos)) {
        return true;
      }
    }
    return false;
  }

  /** Tells the scheduler what changed of one account; with the lock held, so that the last standing found is the last applied. */
  @GuardedBy("lock")
  private void apply(Pair pair, long nowNanos) {
    WatchedAccount account = account(pair);
    Optional<Standing> another = account.nextStanding(nowNanos);
    account.nextState(nowNanos).ifPresent(state -> log.info("provider={} model={} health={}", pair.provider(), pair.model(), state));
    if (account.health().changesInNanos(nowNanos) == Long.MAX_VALUE) {
      restless.remove(pair);
    } else {
      restless.add(pair);
    }
    setAlarm(nowNanos);
    another.ifPresent(standing -> stands.stand(pair.model(), pair.provider(), standing));
  }

  @GuardedBy("lock")
  private void setAlarm(long nowNanos) {
    long soonest = Long.MAX_VALUE;
    for (Pair pair : restless) {
      soonest = Math.min(soonest, account(pair).health().changesInNanos(nowNanos));
    }
    OptionalLong due = flights.nextDueAtNanos();
    if (due.isPresent()) {
      soonest = Math.min(soonest, Math.max(0, due.getAsLong() - nowNanos));
    }
    if (soonest == Long.MAX_VALUE) {
      alarm.clear();
    } else {
      alarm.set(nowNanos + soonest);
    }
  }

  /** Every account that was heard of, by provider and model. */
  public List<Line> lines() {
    lock.lock();
    try {
      long nowNanos = ticker.read();
      List<Line> lines = new ArrayList<>();
      accounts.forEach(
          (pair, account) -> {
            Standing standing = account.standing(nowNanos);
            AccountHealth.State state = account.state(nowNanos);
            lines.add(new Line(pair.provider(), pair.model(), state, account.detail(), standing.scale(), standing.pauseNanos(nowNanos)));
          });
      lines.sort(Comparator.comparing(Line::provider).thenComparing(Line::model));
      return List.copyOf(lines);
    } finally {
      lock.unlock();
    }
  }
}
