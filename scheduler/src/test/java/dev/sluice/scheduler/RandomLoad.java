// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler;

import static dev.sluice.scheduler.simulation.Setup.MILLI;
import static dev.sluice.scheduler.simulation.Setup.SECOND;

import dev.sluice.scheduler.fairness.Ageing;
import dev.sluice.scheduler.simulation.FakeClock;
import dev.sluice.scheduler.simulation.Setup;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * Some minutes of traffic at random on random providers that fail to keep their capacity, the same for the same seed: bursts, lanes, tenants,
 * estimates that are off, providers that pause and slow down, ends that nobody hears of. Not thread-safe.
 */
final class RandomLoad {
  private static final long LENGTH_NANOS = 240 * SECOND;

  private final SplittableRandom random;
  private final SchedulerConfig config;
  private final List<Request> requests = new ArrayList<>();
  private final List<Trouble> troubles = new ArrayList<>();

  /** A request: when it comes, what it asks for, what it really costs, how long it runs, and whether nobody hears of its end. */
  private record Request(long atNanos, WorkRequest work, TokenCost actual, long holdNanos, boolean lost) {}

  /** What happens to a provider at an instant. */
  private record Trouble(long atNanos, String provider, double scale, long pauseNanos) {}

  RandomLoad(long seed) {
    this.random = new SplittableRandom(seed);
    int providers = random.nextInt(1, 4);
    boolean byPlaces = random.nextInt(100) < 60;
    long tokensPerSecond = random.nextLong(2_000, 12_000);
    int places = random.nextInt(4, 30);
    LeaseLife life = new LeaseLife(125_000, 20 * MILLI, 120 * SECOND);
    AccountLimits limits = new AccountLimits(
        byPlaces ? Long.MAX_VALUE : tokensPerSecond, Integer.MAX_VALUE, byPlaces ? places : Integer.MAX_VALUE, Long.MAX_VALUE, life);
    Setup setup = Setup.of(Policy.values()[random.nextInt(3)]).withLanes(List.of(
        lane(16, random.nextLong(2, 10)), lane(4, random.nextLong(5, 20)), lane(1, random.nextLong(10, 40))));
    for (int i = 0; i < providers; i++) {
      setup = setup.withProvider("p" + i, limits);
    }
    OptionalLong ageing = random.nextInt(4) == 0 ? OptionalLong.of(random.nextLong(1, 10) * SECOND) : OptionalLong.empty();
    int headroom = random.nextInt(4) == 0 ? 10 : 0;
    config = setup.config().withRules(rules -> rules.withHeadroom(headroom).withAgeing(new Ageing(rules.ageing().starvationTimeoutNanos(), ageing)));
    double load = 0.7 + 1.3 * random.nextDouble();
    double meanHoldSeconds = 4.2;
    double meanTokens = 600;
    double perSecond = load * providers * (byPlaces ? places / meanHoldSeconds : tokensPerSecond / meanTokens);
    addRequests(providers, perSecond, random.nextInt(3) == 0 ? random.nextInt(5, 50) : 0);
    addTroubles(providers);
  }

  private static LaneConfig lane(int weight, long seconds) {
    return new LaneConfig(weight, seconds * SECOND, Integer.MAX_VALUE, Long.MAX_VALUE);
  }

  private void addRequests(int providers, double perSecond, int lostPercent) {
    double at = 0;
    boolean on = true;
    double turns = 0;
    while (at < LENGTH_NANOS) {
      if (at >= turns) {
        on = !on;
        turns = at + SECOND * random.nextLong(3, 20);
      }
      at += -Math.log(1 - random.nextDouble()) * SECOND / (perSecond * (on ? 1.6 : 0.4));
      long input = 1 + Math.round(400 * -Math.log(1 - random.nextDouble()));
      long output = 1 + Math.round(200 * -Math.log(1 - random.nextDouble()));
      long expected = Math.round(output * Math.exp((random.nextDouble() - 0.5) * 2));
      int dice = random.nextInt(100);
      WorkRequest work = new WorkRequest(
          "t" + (int) (6 * random.nextDouble() * random.nextDouble()), dice < 15 ? 0 : dice < 60 ? 1 : 2, new TokenCost(input, expected),
          lostPercent > 0 ? 3 * output : WorkRequest.UNBOUNDED, 100, random.nextInt(4) == 0 ? random.nextLong(1, 15) * SECOND : Long.MAX_VALUE, subset(providers));
      requests.add(new Request((long) at, work, new TokenCost(input, output), input * 125_000 + output * 20 * MILLI, random.nextInt(100) < lostPercent));
    }
  }

  private Set<String> subset(int providers) {
    Set<String> subset = new HashSet<>();
    for (int i = 0; i < providers && random.nextInt(5) == 0; i++) {
      subset.add("p" + i);
    }
    return subset;
  }

  private void addTroubles(int providers) {
    for (int i = random.nextInt(0, 12); i > 0; i--) {
      long at = random.nextLong(LENGTH_NANOS);
      String provider = "p" + random.nextInt(providers);
      if (random.nextBoolean()) {
        troubles.add(new Trouble(at, provider, 1, random.nextLong(1, 30) * SECOND));
      } else {
        troubles.add(new Trouble(at, provider, 0.1 + 0.6 * random.nextDouble(), 0));
        troubles.add(new Trouble(at + random.nextLong(5, 60) * SECOND, provider, 1, 0));
      }
    }
  }

  /** What became of requests, by number. */
  record Outcomes(Set<Integer> started, Map<Integer, EvictReason> evicted, int submitted) {
    Set<Integer> outOfReach() {
      Set<Integer> ids = new HashSet<>(evicted.keySet());
      ids.removeIf(id -> evicted.get(id) != EvictReason.OUT_OF_REACH);
      return ids;
    }
  }

  /** Plays the traffic, with waiters refused early or only at their deadlines. */
  Outcomes play(boolean refuseWhileWaiting) {
    return new Play(refuseWhileWaiting).run();
  }

  private final class Play {
    private final FakeClock clock = new FakeClock();
    private final Scheduler scheduler;
    private final PriorityQueue<Event> events = new PriorityQueue<>(Comparator.comparing(Event::atNanos).thenComparing(Event::rank));
    private final Alarm alarm = clock.create(this::due);
    private final Outcomes outcomes = new Outcomes(new HashSet<>(), new HashMap<>(), requests.size());
    private long nextRank;

    private record Event(long atNanos, long rank, Runnable action) {}

    Play(boolean refuseWhileWaiting) {
      this.scheduler = new Scheduler(config.withRefusalWhileWaiting(refuseWhileWaiting), clock, clock, SchedulerListener.NONE);
    }

    Outcomes run() {
      for (int i = 0; i < requests.size(); i++) {
        int id = i;
        at(requests.get(i).atNanos(), () -> submit(id));
      }
      troubles.forEach(trouble -> at(trouble.atNanos(), () -> suffer(trouble)));
      clock.advanceNanos(LENGTH_NANOS + 60 * SECOND);
      return outcomes;
    }

    private void at(long nanos, Runnable action) {
      events.add(new Event(nanos, nextRank++, action));
      alarm.set(clock.read() + (events.element().atNanos() - clock.elapsedNanos()));
    }

    private void due() {
      while (!events.isEmpty() && events.element().atNanos() <= clock.elapsedNanos()) {
        events.remove().action().run();
      }
      if (!events.isEmpty()) {
        alarm.set(clock.read() + (events.element().atNanos() - clock.elapsedNanos()));
      }
    }

    private void suffer(Trouble trouble) {
      if (trouble.pauseNanos() > 0) {
        scheduler.stand(Setup.MODEL, trouble.provider(), Standing.WHOLE.pausedUntil(clock.read() + trouble.pauseNanos()));
      } else {
        scheduler.scale(Setup.MODEL, trouble.provider(), trouble.scale());
      }
    }

    private void submit(int id) {
      Decision decision = scheduler.submit(Setup.MODEL, requests.get(id).work(), new WaitListener() {
        @Override
        public void dispatched(Lease lease) {
          started(id, lease);
        }

        @Override
        public void evicted(EvictReason reason, long retryAfterNanos) {
          outcomes.evicted().put(id, reason);
        }
      });
      if (decision instanceof Decision.Admitted admitted) {
        started(id, admitted.lease());
      }
    }

    private void started(int id, Lease lease) {
      outcomes.started().add(id);
      if (requests.get(id).lost()) {
        return;
      }
      at(clock.elapsedNanos() + requests.get(id).holdNanos(), () -> lease.settle(requests.get(id).actual()));
    }
  }
}
