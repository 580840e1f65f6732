// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler;

import static dev.sluice.scheduler.simulation.Setup.MODEL;
import static dev.sluice.scheduler.simulation.Setup.limits;
import static dev.sluice.scheduler.simulation.Setup.request;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.scheduler.SchedulerSnapshot.PoolSnapshot;
import dev.sluice.scheduler.simulation.Desk;
import dev.sluice.scheduler.simulation.FakeClock;
import dev.sluice.scheduler.simulation.Setup;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Listeners that call back, throw, or come from many threads. */
class CallbackTest {
  private static final Setup ONE_SLOT = Setup.of(Policy.STRICT).withProvider("a", limits(Long.MAX_VALUE, 1));

  @Test
  void aListenerMaySettleAndSubmit() {
    FakeClock clock = new FakeClock();
    Scheduler scheduler = new Scheduler(ONE_SLOT.config(), clock, clock, SchedulerListener.NONE);
    Decision.Admitted first = (Decision.Admitted) scheduler.submit(MODEL, request(0, "f", 1), new Relay(scheduler, 0));
    scheduler.submit(MODEL, request(0, "f", 1), new Relay(scheduler, 100));
    first.lease().settle(TokenCost.ZERO);
    PoolSnapshot pool = scheduler.snapshot().pools().getFirst();
    assertThat(pool.requests().admitted()).isEqualTo(102);
    assertThat(pool.leases().open()).isZero();
  }

  /** Submits once more, so that the next waits while this one holds the place, and ends its lease. */
  private record Relay(Scheduler scheduler, int remaining) implements WaitListener {
    @Override
    public void dispatched(Lease lease) {
      if (remaining > 0) {
        Decision next = scheduler.submit(MODEL, request(0, "f", 1), new Relay(scheduler, remaining - 1));
        assertThat(next).isInstanceOf(Decision.Queued.class);
      }
      lease.settle(lease.cost());
    }

    @Override
    public void evicted(EvictReason reason, long retryAfterNanos) {
      throw new AssertionError(reason);
    }
  }

  @Test
  void whatThrowsIsReportedAndHarmsNobody() {
    List<String> failures = new ArrayList<>();
    SchedulerListener throwing = new SchedulerListener() {
      @Override
      public void admitted(String model, String provider, int lane, long waitNanos, boolean queued) {
        throw new IllegalStateException("admitted");
      }

      @Override
      public void leaseEnded(Lease lease, LeaseEnd end, TokenCost actual) {
        throw new AssertionError("leaseEnded");
      }

      @Override
      public void callbackFailed(Throwable failure) {
        failures.add(failure.getMessage());
        throw new IllegalStateException("again");
      }
    };
    Desk desk = new Desk(ONE_SLOT, throwing);
    desk.submit(0, "x", 1);
    desk.submit(0, "y", 1);
    WaitListener bad = new WaitListener() {
      @Override
      public void dispatched(Lease lease) {
        throw new IllegalStateException("dispatched");
      }

      @Override
      public void evicted(EvictReason reason, long retryAfterNanos) {
        throw new IllegalStateException("evicted");
      }
    };
    desk.scheduler.submit(MODEL, request(0, "bad", 1), bad);
    desk.settleFirst();
    desk.settleFirst();
    assertThat(desk.pool().leases().open()).isEqualTo(1);
    desk.submit(0, "z", 1);
    desk.advanceNanos(15 * Setup.SECOND);
    assertThat(desk.log).containsExactly("x>a", "y>a", "z>a");
    assertThat(failures).contains("admitted", "leaseEnded", "dispatched");
  }

  @Test
  void anEndThatComesLateIsCountedAndHeard() {
    AtomicInteger late = new AtomicInteger();
    Desk desk = new Desk(ONE_SLOT, new SchedulerListener() {
      @Override
      public void lateEnd(String model) {
        late.incrementAndGet();
      }
    });
    desk.submit(0, "x", 1);
    desk.advanceNanos(20 * Setup.SECOND);
    assertThat(desk.leases.getFirst().settle(TokenCost.ZERO)).isFalse();
    assertThat(late).hasValue(1);
  }

  /** Threads submit, end, cancel, let time pass and reconfigure; at the end every request had one outcome and all is back. */
  @Test
  @Timeout(60)
  void manyThreadsConserveEverything() throws InterruptedException {
    FakeClock clock = new FakeClock();
    Setup wide = Setup.of(Policy.HYBRID).withProvider("a", limits(50_000, 8)).withProvider("b", limits(20_000, 4));
    Setup narrow = Setup.of(Policy.WEIGHTED).withProvider("b", limits(30_000, 2)).withProvider("a", limits(50_000, 3));
    ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();
    Scheduler scheduler = new Scheduler(wide.config(), clock, clock, new SchedulerListener() {
      @Override
      public void callbackFailed(Throwable failure) {
        failures.add(failure);
      }
    });
    int threads = 6;
    int requests = 5_000;
    AtomicLong outcomes = new AtomicLong();
    CountDownLatch start = new CountDownLatch(1);
    CountDownLatch done = new CountDownLatch(threads);
    for (int t = 0; t < threads; t++) {
      SplittableRandom random = new SplittableRandom(t);
      Thread.ofPlatform().start(() -> {
        try {
          start.await();
          for (int i = 0; i < requests; i++) {
            play(scheduler, random, outcomes);
            if (random.nextInt(3) == 0) {
              clock.advanceNanos(random.nextLong(5 * Setup.MILLI));
            }
            if (random.nextInt(500) == 0) {
              scheduler.prepare((random.nextBoolean() ? wide : narrow).config()).commit();
            }
          }
        } catch (Throwable failure) {
          failures.add(failure);
        } finally {
          done.countDown();
        }
      });
    }
    start.countDown();
    assertThat(done.await(50, TimeUnit.SECONDS)).isTrue();
    clock.advanceNanos(200 * Setup.SECOND);
    assertThat(failures).isEmpty();
    PoolSnapshot pool = scheduler.snapshot().pools().getFirst();
    assertThat(pool.waiting()).isZero();
    assertThat(pool.leases().open()).isZero();
    assertThat(pool.tokens().held()).isZero();
    assertThat(outcomes).hasValue((long) threads * requests);
    assertThat(pool.requests().submitted()).isEqualTo((long) threads * requests)
        .isEqualTo(pool.requests().admitted() + pool.requests().rejected() + pool.requests().evicted());
    assertThat(pool.tokens().granted())
        .isEqualTo(pool.tokens().settled() + pool.tokens().refunded() + pool.tokens().expired());
    assertThat(pool.accounts()).allMatch(account -> account.inFlight() == 0);
  }

  private static void play(Scheduler scheduler, SplittableRandom random, AtomicLong outcomes) {
    boolean lost = random.nextInt(50) == 0;
    WorkRequest request = request(random.nextInt(3), "f" + random.nextInt(5), random.nextLong(1, 1_000));
    Decision decision = scheduler.submit(MODEL, request, new WaitListener() {
      @Override
      public void dispatched(Lease lease) {
        outcomes.incrementAndGet();
        if (!lost) {
          lease.settle(lease.cost());
        }
      }

      @Override
      public void evicted(EvictReason reason, long retryAfterNanos) {
        outcomes.incrementAndGet();
      }
    });
    switch (decision) {
      case Decision.Admitted admitted -> {
        outcomes.incrementAndGet();
        if (!lost) {
          admitted.lease().settle(request.cost());
        }
      }
      case Decision.Queued queued -> {
        if (random.nextInt(4) == 0) {
          queued.ticket().cancel();
        }
      }
      case Decision.Rejected rejected -> outcomes.incrementAndGet();
    }
  }
}
