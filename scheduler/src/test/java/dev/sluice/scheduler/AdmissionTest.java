// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler;

import static dev.sluice.scheduler.simulation.Setup.MILLI;
import static dev.sluice.scheduler.simulation.Setup.SECOND;
import static dev.sluice.scheduler.simulation.Setup.limits;
import static dev.sluice.scheduler.simulation.Setup.request;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.scheduler.simulation.Desk;
import dev.sluice.scheduler.simulation.Setup;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AdmissionTest {
  private static final AccountLimits THOUSAND = limits(1_000, 100);

  private static Desk desk() {
    return new Desk(Setup.of(Policy.STRICT).withProvider("a", THOUSAND));
  }

  private static WorkRequest patient(String flow, long tokens, long maxWaitNanos) {
    return new WorkRequest(flow, 0, new TokenCost(tokens, 0), 0, 0, maxWaitNanos, Set.of());
  }

  @Test
  void admitsWhileThereIsCapacityAndThenQueues() {
    Desk desk = desk();
    assertThat(desk.submit(0, "x", 600)).isInstanceOf(Decision.Admitted.class);
    assertThat(desk.submit(0, "y", 400)).isInstanceOf(Decision.Admitted.class);
    assertThat(desk.submit(0, "z", 100)).isInstanceOfSatisfying(Decision.Queued.class, queued -> {
      assertThat(queued.ticket().predictedWaitNanos()).isEqualTo(100 * MILLI);
      assertThat(queued.ticket().position()).isZero();
    });
  }

  @Test
  void wakesExactlyWhenTheRefillSuffices() {
    Desk desk = desk();
    desk.submit(0, "x", 1_000);
    desk.submit(0, "y", 250);
    desk.advanceNanos(250 * MILLI - 1);
    assertThat(desk.log).containsExactly("x>a");
    desk.advanceNanos(1);
    assertThat(desk.log).containsExactly("x>a", "y>a");
    assertThat(desk.leases.getLast().waitNanos()).isEqualTo(250 * MILLI);
    assertThat(desk.clock.ringCount()).isEqualTo(1);
  }

  @Test
  void aRequestBeyondTheBurstRunsFromAFullBucketIntoDebt() {
    Desk desk = desk();
    desk.submit(0, "x", 1);
    desk.submit(0, "big", 3_500);
    desk.submit(0, "y", 1);
    desk.advanceNanos(MILLI);
    assertThat(desk.log).containsExactly("x>a", "big>a");
    assertThat(desk.pool().accounts().getFirst().availableTokens()).isEqualTo(-2_500);
    desk.advanceNanos(2_501 * MILLI - 1);
    assertThat(desk.log).hasSize(2);
    desk.advanceNanos(1);
    assertThat(desk.log).containsExactly("x>a", "big>a", "y>a");
  }

  @Test
  void aSmallArrivalNeverOvertakesALargeWaiter() {
    Desk desk = desk();
    desk.submit(0, "x", 900);
    desk.submit(0, "large", 1_000);
    for (int i = 0; i < 9; i++) {
      desk.submit(0, "small" + i, 10);
      desk.advanceNanos(100 * MILLI);
    }
    assertThat(desk.log).startsWith("x>a", "large>a");
  }

  @Test
  void aLeaseTellsWhatItsReservationLeft() {
    Desk desk = desk();
    desk.submit(0, "x", 400);
    desk.submit(0, "big", 5_000);
    desk.advanceNanos(400 * MILLI);
    assertThat(desk.leases).extracting(Lease::headroom).containsExactly(
        new Headroom(1_000, 600, Long.MAX_VALUE, Long.MAX_VALUE), new Headroom(1_000, -4_000, Long.MAX_VALUE, Long.MAX_VALUE));
  }

  @Test
  void settlingReturnsOrTakesTheDifference() {
    Desk desk = desk();
    desk.submit(0, "x", 500);
    assertThat(desk.leases.getFirst().settle(new TokenCost(100, 100))).isTrue();
    assertThat(desk.pool().accounts().getFirst().availableTokens()).isEqualTo(800);
    desk.submit(0, "y", 500);
    desk.leases.getLast().settle(new TokenCost(0, 900));
    assertThat(desk.pool().accounts().getFirst().availableTokens()).isEqualTo(-100);
    assertThat(desk.pool().tokens()).isEqualTo(new SchedulerSnapshot.TokenTotals(1_000, 700, 300, 0, 0, 400));
  }

  @Test
  void cancellingGivesEverythingBack() {
    Desk desk = desk();
    desk.submit(0, "x", 1_000);
    desk.submit(0, "y", 1_000);
    assertThat(desk.leases.getFirst().cancel()).isTrue();
    assertThat(desk.log).containsExactly("x>a", "y>a");
    assertThat(desk.pool().tokens().refunded()).isEqualTo(1_000);
  }

  @Test
  void aLeaseEndsOnce() {
    Desk desk = desk();
    desk.submit(0, "x", 1_000);
    Lease lease = desk.leases.getFirst();
    assertThat(lease.settle(lease.cost())).isTrue();
    assertThat(lease.settle(TokenCost.ZERO)).isFalse();
    assertThat(lease.cancel()).isFalse();
    assertThat(desk.pool().leases()).isEqualTo(new SchedulerSnapshot.LeaseTotals(1, 0, 0, 0, 2));
    assertThat(desk.pool().accounts().getFirst().inFlight()).isZero();
    assertThat(desk.pool().accounts().getFirst().availableTokens()).isZero();
  }

  @Test
  void concurrencyIsFreedByAnEndOrByExpiry() {
    Desk desk = new Desk(Setup.of(Policy.STRICT).withProvider("a", limits(Long.MAX_VALUE, 1)));
    desk.submit(0, "x", 10);
    desk.submit(0, "y", 10);
    desk.submit(0, "z", 10);
    desk.settleFirst();
    assertThat(desk.log).containsExactly("x>a", "y>a");
    Lease lost = desk.leases.getFirst();
    desk.advanceNanos(15 * SECOND - 1);
    assertThat(desk.log).hasSize(2);
    desk.advanceNanos(1);
    assertThat(desk.log).containsExactly("x>a", "y>a", "z>a");
    assertThat(lost.settle(lost.cost())).isFalse();
    assertThat(desk.pool().leases().expired()).isEqualTo(1);
    assertThat(desk.pool().tokens().expired()).isEqualTo(10);
  }

  @Test
  void requestsPerSecondLimitToo() {
    AccountLimits limits =
        new AccountLimits(Long.MAX_VALUE, 2, Integer.MAX_VALUE, Long.MAX_VALUE, new LeaseLife(0, 0, 0));
    Desk desk = new Desk(Setup.of(Policy.STRICT).withProvider("a", limits));
    for (int i = 0; i < 4; i++) {
      desk.submit(0, "x" + i, 1);
    }
    assertThat(desk.log).hasSize(2);
    desk.advanceNanos(500 * MILLI);
    assertThat(desk.log).hasSize(3);
    desk.advanceNanos(500 * MILLI);
    assertThat(desk.log).hasSize(4);
  }

  @Test
  void leaseLifeFollowsTheLongestAnswer() {
    AccountLimits limits = new AccountLimits(
        Long.MAX_VALUE, Integer.MAX_VALUE, 9, Long.MAX_VALUE, new LeaseLife(MILLI, 20 * MILLI, 60 * SECOND));
    Desk desk = new Desk(Setup.of(Policy.STRICT).withProvider("a", limits));
    long start = desk.clock.read();
    desk.submit("x", new WorkRequest("x", 0, new TokenCost(2_000, 10), 1_000, 0, Long.MAX_VALUE, Set.of()));
    desk.submit("y", new WorkRequest("y", 0, new TokenCost(2_000, 10), 10, 0, Long.MAX_VALUE, Set.of()));
    desk.submit("z", new WorkRequest("z", 0, new TokenCost(2_000, 10), 1L << 40, 0, Long.MAX_VALUE, Set.of()));
    assertThat(desk.leases.stream().map(lease -> lease.expiresAtNanos() - start))
        .containsExactly(42 * SECOND, 15 * SECOND, 90 * SECOND);
  }

  @Test
  void evictsExactlyAtTheDeadlineAndRunsWhatBecomesReadyAtIt() {
    Desk desk = new Desk(Setup.of(Policy.STRICT).withProvider("a", limits(Long.MAX_VALUE, 1)));
    desk.submit(0, "x", 1);
    desk.submit("late", patient("late", 1, 3 * SECOND));
    desk.advanceNanos(3 * SECOND - 1);
    assertThat(desk.log).hasSize(1);
    desk.advanceNanos(1);
    assertThat(desk.log).containsExactly("x>a", "late!TIMEOUT");

    Desk refilling = desk();
    refilling.submit(0, "x", 1_000);
    refilling.submit("just", patient("just", 500, 500 * MILLI));
    refilling.advanceNanos(SECOND);
    assertThat(refilling.log).containsExactly("x>a", "just>a");
  }

  @Test
  void aLateAlarmDispatchesNobodyWhoseDeadlineHasPassed() {
    Desk desk = desk();
    desk.submit(0, "x", 1_000);
    desk.submit("y", patient("y", 500, 500 * MILLI));
    desk.clock.stallNanos(SECOND);
    desk.submit(0, "z", 1);
    assertThat(desk.log).containsExactly("x>a", "y!TIMEOUT", "z>a");
  }

  @Test
  void refusesWhoCannotMakeItAndSaysWhenItCould() {
    Desk desk = desk();
    desk.submit(0, "x", 1_000);
    desk.submit(0, "y", 900);
    desk.submit("z", patient("z", 600, SECOND));
    assertThat(desk.log).containsExactly("x>a", "z!WAIT_TOO_LONG");
    assertThat(desk.retryAfterNanos).isEqualTo(500 * MILLI);
    desk.advanceNanos(desk.retryAfterNanos);
    assertThat(desk.submit("z", patient("z", 600, SECOND))).isInstanceOf(Decision.Queued.class);
  }

  @Test
  void zeroPatienceMeansNowOrNever() {
    Desk desk = desk();
    assertThat(desk.submit("x", patient("x", 1_000, 0))).isInstanceOf(Decision.Admitted.class);
    assertThat(desk.submit("y", patient("y", 10, 0)))
        .isEqualTo(new Decision.Rejected(RejectReason.WAIT_TOO_LONG, 10 * MILLI));
  }

  @Test
  void ignoranceRejectsNobody() {
    Desk desk = new Desk(Setup.of(Policy.STRICT).withProvider("a", limits(Long.MAX_VALUE, 1)));
    for (int i = 0; i < 100; i++) {
      desk.submit("x" + i, patient("x" + i, 1_000_000, MILLI));
    }
    assertThat(desk.pool().waiting()).isEqualTo(99);
  }

  @Test
  void masksOutProvidersByNameAndContext() {
    AccountLimits small = new AccountLimits(Long.MAX_VALUE, Integer.MAX_VALUE, 9, 100, new LeaseLife(0, 0, 0));
    AccountLimits large = new AccountLimits(Long.MAX_VALUE, Integer.MAX_VALUE, 9, 1_000, new LeaseLife(0, 0, 0));
    Desk desk = new Desk(Setup.of(Policy.STRICT).withProvider("small", small).withProvider("large", large));
    desk.submit("any", request(0, "f", 100));
    desk.submit("long", request(0, "f", 101));
    desk.submit("never", request(0, "f", 1_001));
    desk.submit("named", new WorkRequest("f", 0, new TokenCost(1, 0), 0, 0, 0, Set.of("large")));
    desk.submit("unknown", new WorkRequest("f", 0, new TokenCost(1, 0), 0, 0, 0, Set.of("other")));
    desk.submit("output", new WorkRequest("f", 0, new TokenCost(1, 0), 1_000, 0, 0, Set.of("large")));
    assertThat(desk.log).containsExactly(
        "any>small", "long>large", "never!UNSCHEDULABLE", "named>large", "unknown!NO_PROVIDER", "output!UNSCHEDULABLE");
    assertThat(desk.retryAfterNanos).isZero();
    assertThat(desk.scheduler.submit("none", request(0, "f", 1), new Unheard()))
        .isEqualTo(new Decision.Rejected(RejectReason.UNKNOWN_MODEL, 0));
  }

  @Test
  void aBlockedWaiterHoldsOnlyTheAccountsItCouldUse() {
    Desk desk = new Desk(Setup.of(Policy.STRICT)
        .withProvider("a", THOUSAND)
        .withProvider("b", limits(1_000, 1)));
    desk.submit("drain", new WorkRequest("d", 0, new TokenCost(1_000, 0), 0, 0, Long.MAX_VALUE, Set.of("a")));
    desk.submit("large", new WorkRequest("l", 0, new TokenCost(1_000, 0), 0, 0, Long.MAX_VALUE, Set.of("a")));
    desk.advanceNanos(500 * MILLI);
    desk.submit("small", new WorkRequest("s", 0, new TokenCost(10, 0), 0, 0, Long.MAX_VALUE, Set.of("a")));
    assertThat(desk.submit(1, "any", 10)).isInstanceOf(Decision.Admitted.class);
    assertThat(desk.log).containsExactly("drain>a", "any>b");
    desk.advanceNanos(510 * MILLI);
    assertThat(desk.log).containsExactly("drain>a", "any>b", "large>a", "small>a");
  }

  @Test
  void cancellingAPlaceFreesItAndLetsTheNextRun() {
    Desk desk = desk();
    desk.submit(0, "x", 500);
    Decision.Queued large = (Decision.Queued) desk.submit(0, "large", 1_000);
    desk.submit(0, "small", 100);
    assertThat(large.ticket().cancel()).isTrue();
    assertThat(large.ticket().cancel()).isFalse();
    assertThat(desk.log).containsExactly("x>a", "large!CANCELLED", "small>a");
  }

  private static final class Unheard implements WaitListener {
    @Override
    public void dispatched(Lease lease) {
      throw new AssertionError("not queued");
    }

    @Override
    public void evicted(EvictReason reason, long retryAfterNanos) {
      throw new AssertionError("not queued");
    }
  }
}
