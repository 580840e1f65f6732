// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.scheduler.NaivePool.NaiveWaiter;
import dev.sluice.scheduler.SchedulerSnapshot.AccountSnapshot;
import dev.sluice.scheduler.SchedulerSnapshot.PoolSnapshot;
import dev.sluice.scheduler.simulation.FakeClock;
import dev.sluice.scheduler.simulation.Setup;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * Random operations, each compared with the oracle: what became of whom, on which provider, at which nanosecond, in
 * which order. A failing run is repeated with {@code -Dsluice.seed=<the printed seed>}.
 */
class InvariantsTest {
  /** {@code -Dinvariants.operations=1000000} is what is promised, a part of it what every build takes the time for. */
  private static final int OPERATIONS = Integer.getInteger("invariants.operations", 80_000);

  private static final int OPERATIONS_PER_RUN = 4_000;
  private static final long SEED = Long.getLong("sluice.seed", 20_261_123L);

  @Test
  void randomOperationsMatchTheOracle() {
    System.out.println("InvariantsTest: seed " + SEED + ", " + OPERATIONS + " operations");
    SplittableRandom seeds = new SplittableRandom(SEED);
    Map<String, Integer> seen = new HashMap<>();
    for (int run = 0; run < OPERATIONS / OPERATIONS_PER_RUN; run++) {
      new Run(run, seeds.split()).play(seen);
    }
    System.out.println("InvariantsTest: outcomes " + seen);
    System.out.println("figure: invariants: random operations equal to the oracle | " + OPERATIONS + " | = " + OPERATIONS + " | pass | InvariantsTest");
    assertThat(seen).containsKeys(
        "QUEUE_FULL", "WAIT_TOO_LONG", "NO_PROVIDER", "UNSCHEDULABLE", "TIMEOUT", "OUT_OF_REACH", "CANCELLED", "DISPLACED", "DRAINING",
        "SETTLED", "EXPIRED");
  }

  /** One scheduler and one oracle from start to drain. */
  private static final class Run implements SchedulerListener {
    private final String name;
    private final SplittableRandom random;
    private final RandomSetups setups;
    private final FakeClock clock = new FakeClock();
    private final Scheduler scheduler;
    private final NaivePool oracle;
    private final List<String> log = new ArrayList<>();
    private final Map<Integer, Lease> leases = new HashMap<>();
    private final Map<Integer, Ticket> tickets = new HashMap<>();
    private final List<Integer> leaseIds = new ArrayList<>();
    private final List<Integer> ticketIds = new ArrayList<>();
    private final List<Throwable> failures = new ArrayList<>();
    private final Set<Integer> decided = new HashSet<>();
    private SchedulerConfig config;
    private int nextId;
    private int arriving;

    Run(int number, SplittableRandom random) {
      this.random = random;
      this.setups = new RandomSetups(random);
      this.config = setups.config();
      this.name = "seed " + SEED + ", run " + number;
      this.scheduler = new Scheduler(config, clock, clock, this);
      this.oracle = new NaivePool(config, clock.elapsedNanos());
    }

    void play(Map<String, Integer> seen) {
      for (int step = 0; step < OPERATIONS_PER_RUN; step++) {
        operate();
        compare(step, seen);
        if (step % 64 == 0) {
          checkState(step);
        }
      }
      end(seen);
    }

    private void operate() {
      int dice = random.nextInt(1_000);
      if (dice < 430) {
        submit();
      } else if (dice < 640) {
        end(LeaseEnd.SETTLED);
      } else if (dice < 690) {
        end(LeaseEnd.CANCELLED);
      } else if (dice < 740) {
        cancelTicket();
      } else if (dice < 745) {
        reconfigure();
      } else {
        advance(setups.nanos());
      }
    }

    private void submit() {
      int id = nextId++;
      arriving = id;
      WorkRequest request = setups.request();
      Decision decision = scheduler.submit(Setup.MODEL, request, new Hearing(id));
      boolean tooLate = false;
      switch (decision) {
        case Decision.Admitted admitted -> granted(id, admitted.lease());
        case Decision.Queued queued -> {
          tickets.put(id, queued.ticket());
          ticketIds.add(id);
        }
        case Decision.Rejected rejected -> {
          note(id, "!" + rejected.reason());
          tooLate = rejected.reason() == RejectReason.WAIT_TOO_LONG;
        }
      }
      oracle.submit(id, request, tooLate);
    }

    private void granted(int id, Lease lease) {
      leases.put(id, lease);
      leaseIds.add(id);
    }

    /** The place among the outcomes of a request that did not wait; its caller hears only after all of them. */
    @Override
    public void admitted(String model, String provider, int lane, long waitNanos, boolean queued) {
      if (!queued) {
        note(arriving, ">" + provider);
      }
    }

    private void note(int id, String outcome) {
      assertThat(decided.add(id)).as("%s: one outcome for %s", name, id).isTrue();
      log.add(id + outcome + "@" + clock.elapsedNanos());
    }

    /** Ends a lease that may have ended or expired already. */
    private void end(LeaseEnd how) {
      if (leaseIds.isEmpty()) {
        return;
      }
      int index = random.nextInt(leaseIds.size());
      int id = leaseIds.get(index);
      Lease lease = leases.get(id);
      TokenCost actual = how == LeaseEnd.SETTLED ? setups.actual(lease.cost()) : TokenCost.ZERO;
      boolean open = oracle.lease(id).isPresent();
      boolean ended = how == LeaseEnd.SETTLED ? lease.settle(actual) : lease.cancel();
      assertThat(ended).as("%s: end of %s", name, id).isEqualTo(open);
      oracle.end(id, how, actual);
      if (setups.chance(80)) {
        leaseIds.set(index, leaseIds.getLast());
        leaseIds.removeLast();
        leases.remove(id);
      }
    }

    private void cancelTicket() {
      if (ticketIds.isEmpty()) {
        return;
      }
      int id = ticketIds.get(random.nextInt(ticketIds.size()));
      boolean waiting = oracle.waiters.stream().anyMatch(waiter -> waiter.id == id);
      assertThat(tickets.get(id).cancel()).as("%s: cancel of %s", name, id).isEqualTo(waiting);
      oracle.cancelTicket(id);
      ticketIds.remove((Integer) id);
    }

    private void reconfigure() {
      config = setups.config();
      scheduler.prepare(config).commit();
      oracle.reconfigure(config);
    }

    private void advance(long nanos) {
      clock.advanceNanos(nanos);
      oracle.advanceTo(clock.elapsedNanos());
    }

    private void compare(int step, Map<String, Integer> seen) {
      if (!log.equals(oracle.log) || !failures.isEmpty()) {
        assertThat(failures).as("%s, step %s", name, step).isEmpty();
        assertThat(log).as("%s, step %s, %s", name, step, config).isEqualTo(oracle.log);
      }
      for (String line : log) {
        int at = line.indexOf('@');
        int mark = Math.max(line.indexOf('!'), line.indexOf('.'));
        seen.merge(mark < 0 ? "ADMITTED" : line.substring(mark + 1, at), 1, Integer::sum);
      }
      log.clear();
      oracle.log.clear();
    }

    private void checkState(int step) {
      String where = name + ", step " + step;
      PoolSnapshot pool = scheduler.snapshot().pools().getFirst();
      compare(step, new HashMap<>());
      checkConservation(where, pool);
      for (int i = 0; i < oracle.accounts().size(); i++) {
        NaiveAccount expected = oracle.accounts().get(i);
        AccountSnapshot actual = pool.accounts().get(i);
        assertThat(actual.provider()).as(where).isEqualTo(expected.provider);
        assertThat(actual.inFlight()).as(where).isEqualTo(expected.leases.size()).isNotNegative();
        assertThat(actual.availableTokens()).as(where).isEqualTo(expected.availableTokens());
        assertThat(isIdleThoughNeeded(expected)).as("%s: %s idle though needed", where, expected.provider).isFalse();
      }
    }

    /**
     * Whoever holds an account back from others is first of its flow and can't run there itself; so if all who are first could,
     * nobody held it back.
     */
    private boolean isIdleThoughNeeded(NaiveAccount account) {
      Set<String> flows = new HashSet<>();
      List<NaiveWaiter> wanting = oracle.waiters.stream()
          .sorted(NaivePolicy.END)
          .filter(waiter -> flows.add(waiter.lane + waiter.flow()))
          .filter(waiter -> (waiter.mask & account.bit()) != 0)
          .toList();
      return !wanting.isEmpty() && wanting.stream().allMatch(waiter -> oracle.fits(waiter, account));
    }

    private void checkConservation(String where, PoolSnapshot pool) {
      var requests = pool.requests();
      var ends = pool.leases();
      var tokens = pool.tokens();
      assertThat(requests.submitted()).as(where).isEqualTo(nextId)
          .isEqualTo(requests.admitted() + requests.rejected() + requests.evicted() + pool.waiting());
      assertThat(requests.admitted()).as(where)
          .isEqualTo(ends.settled() + ends.cancelled() + ends.expired() + ends.open());
      assertThat(ends.open()).as(where)
          .isEqualTo(pool.accounts().stream().mapToLong(AccountSnapshot::inFlight).sum());
      assertThat(tokens.granted()).as(where)
          .isEqualTo(tokens.settled() + tokens.refunded() + tokens.held() + tokens.expired());
      assertThat(pool.waiting()).as(where).isEqualTo(oracle.waiters.size());
      assertThat(pool.waitingBytes()).as(where)
          .isEqualTo(oracle.waiters.stream().mapToLong(waiter -> waiter.request.bytes()).sum());
    }

    /** After draining nothing is said to anyone but that leases expire, and everything is back. */
    private void end(Map<String, Integer> seen) {
      scheduler.drain();
      oracle.drain();
      compare(OPERATIONS_PER_RUN, seen);
      advance(200 * Setup.SECOND);
      assertThat(log).as(name).allMatch(line -> line.contains("." + LeaseEnd.EXPIRED));
      compare(OPERATIONS_PER_RUN, seen);
      checkState(OPERATIONS_PER_RUN);
      PoolSnapshot pool = scheduler.snapshot().pools().getFirst();
      assertThat(pool.waiting()).as(name).isZero();
      assertThat(pool.leases().open()).as(name).isZero();
      assertThat(pool.tokens().held()).as(name).isZero();
      assertThat(decided).as(name).hasSize(nextId);
    }

    @Override
    public void leaseEnded(Lease lease, LeaseEnd end, TokenCost actual) {
      log.add(lease.provider() + "." + end + "@" + clock.elapsedNanos());
    }

    @Override
    public void callbackFailed(Throwable failure) {
      failures.add(failure);
    }

    private final class Hearing implements WaitListener {
      private final int id;

      private Hearing(int id) {
        this.id = id;
      }

      @Override
      public void dispatched(Lease lease) {
        granted(id, lease);
        note(id, ">" + lease.provider());
      }

      @Override
      public void evicted(EvictReason reason, long retryAfterNanos) {
        if (reason == EvictReason.OUT_OF_REACH) {
          oracle.outOfReach.put(id, clock.elapsedNanos());
        }
        note(id, "!" + reason);
      }
    }
  }
}
