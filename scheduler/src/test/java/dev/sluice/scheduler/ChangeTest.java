// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler;

import static dev.sluice.scheduler.simulation.Setup.MILLI;
import static dev.sluice.scheduler.simulation.Setup.SECOND;
import static dev.sluice.scheduler.simulation.Setup.lane;
import static dev.sluice.scheduler.simulation.Setup.limits;
import static dev.sluice.scheduler.simulation.Setup.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.scheduler.fairness.Ageing;
import dev.sluice.scheduler.simulation.Desk;
import dev.sluice.scheduler.simulation.Setup;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Reconfiguration, draining, bounds and displacement. */
class ChangeTest {
  private static final Setup ONE_SLOT = Setup.of(Policy.STRICT).withProvider("a", limits(Long.MAX_VALUE, 1));

  @Test
  void everyProblemIsNamedAndNothingChanges() {
    Desk desk = new Desk(ONE_SLOT);
    SchedulerConfig bad = new SchedulerConfig(
        LaneRules.of(Policy.STRICT).withShare(101).withAgeing(new Ageing(OptionalLong.of(0), OptionalLong.empty())),
        List.of(lane(0)),
        new QueueBounds(1, 1, 1),
        Map.of("m", List.of(new ProviderAccount("x", limits(1, 1)), new ProviderAccount("x", limits(1, 1)))));
    assertThatThrownBy(() -> desk.scheduler.prepare(bad))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll(
            "lanes: 1 (expected: 2..20)",
            "all weights are 0",
            "starvationTimeoutNanos: 0",
            "laneZeroSharePercent: 101 (expected: 1..100)",
            "pools[m]: x twice");
    assertThat(desk.submit(0, "f", 1)).isInstanceOf(Decision.Admitted.class);
  }

  @Test
  void limitsThatAreNotPositiveAreRefusedByName() {
    LeaseLife life = new LeaseLife(0, 0, 0);
    assertThatThrownBy(() -> new AccountLimits(0, 1, 1, 1, life)).hasMessageContaining("tokensPerSecond: 0");
    assertThatThrownBy(() -> new AccountLimits(1L << 40, 1, 1, 1, life)).hasMessageContaining("tokensPerSecond");
    assertThatThrownBy(() -> new AccountLimits(1, -1, 1, 1, life)).hasMessageContaining("requestsPerSecond: -1");
    assertThatThrownBy(() -> new AccountLimits(1, 1, 0, 1, life)).hasMessageContaining("maxConcurrent: 0");
    assertThatThrownBy(() -> new AccountLimits(1, 1, 1, 0, life)).hasMessageContaining("maxContextTokens: 0");
    assertThatThrownBy(() -> new LaneConfig(-1, 0, 0, 0)).hasMessageContaining("weight: -1");
  }

  @Test
  void aPreparedChangeDoesNothingUntilCommitted() {
    Desk desk = new Desk(ONE_SLOT);
    desk.submit(0, "x", 1);
    desk.submit(0, "y", 1);
    PreparedChange change = desk.scheduler.prepare(
        Setup.of(Policy.STRICT).withProvider("a", limits(Long.MAX_VALUE, 2)).config());
    assertThat(desk.log).containsExactly("x>a");
    change.commit();
    assertThat(desk.log).containsExactly("x>a", "y>a");
  }

  @Test
  void loweringALimitKillsNobodyAndAdmitsNobodyUntilBelowIt() {
    Desk desk = new Desk(Setup.of(Policy.STRICT).withProvider("a", limits(Long.MAX_VALUE, 3)));
    for (int i = 0; i < 4; i++) {
      desk.submit(0, "f" + i, 1);
    }
    desk.change(ONE_SLOT.config());
    assertThat(desk.pool().accounts().getFirst().inFlight()).isEqualTo(3);
    desk.settleFirst();
    desk.settleFirst();
    assertThat(desk.log).hasSize(3);
    desk.settleFirst();
    assertThat(desk.log).hasSize(4);
  }

  @Test
  void anAccountKeepsItsLevelClamped() {
    Desk desk = new Desk(Setup.of(Policy.STRICT).withProvider("a", limits(1_000, 9)));
    desk.submit(0, "x", 400);
    desk.change(Setup.of(Policy.STRICT).withProvider("a", limits(2_000, 9)).config());
    assertThat(desk.pool().accounts().getFirst().availableTokens()).isEqualTo(600);
    desk.change(Setup.of(Policy.STRICT).withProvider("a", limits(500, 9)).config());
    assertThat(desk.pool().accounts().getFirst().availableTokens()).isEqualTo(500);
  }

  @Test
  void waitersOfRemovedLanesKeepTheirOrderInTheLastOne() {
    Desk desk = new Desk(ONE_SLOT.withWeights(8, 4, 2, 1));
    desk.submit(0, "x", 1);
    desk.submit("p3", request(3, "f", 1));
    desk.submit("p1", request(1, "f", 1));
    desk.submit("p2", request(2, "f", 1));
    desk.change(ONE_SLOT.withLanes(List.of(lane(2), new LaneConfig(1, 10 * SECOND, 99, 9_999))).config());
    assertThat(desk.pool().lanes().get(1).waiting()).isEqualTo(3);
    desk.settleFirst();
    desk.settleFirst();
    assertThat(desk.log).containsExactly("x>a", "p3>a", "p1>a");
    desk.advanceNanos(10 * SECOND);
    assertThat(desk.log).endsWith("p2!TIMEOUT");
  }

  @Test
  void removingAProviderLetsItsLeasesEndAndSendsAwayWhoHasNoOther() {
    Desk desk = new Desk(ONE_SLOT.withProvider("b", limits(Long.MAX_VALUE, 1)));
    desk.submit(0, "x", 1);
    desk.submit(0, "y", 1);
    desk.submit("onlyA", new WorkRequest("f", 0, TokenCost.ZERO, 0, 0, Long.MAX_VALUE, Set.of("a")));
    desk.submit(0, "any", 1);
    desk.change(Setup.of(Policy.STRICT).withProvider("b", limits(Long.MAX_VALUE, 1)).config());
    assertThat(desk.log).containsExactly("x>a", "y>b", "onlyA!NO_PROVIDER");
    assertThat(desk.pool().accounts()).hasSize(2);
    desk.settleFirst();
    assertThat(desk.log).hasSize(3);
    assertThat(desk.pool().accounts()).hasSize(1);
    desk.settleFirst();
    assertThat(desk.log).endsWith("any>b");
    assertThat(desk.pool().tokens().granted()).isEqualTo(3);
  }

  @Test
  void aProviderThatComesBackStillHasItsLeases() {
    Desk desk = new Desk(ONE_SLOT);
    desk.submit(0, "x", 1);
    desk.change(Setup.of(Policy.STRICT).withProvider("b", limits(Long.MAX_VALUE, 1)).config());
    desk.change(ONE_SLOT.config());
    assertThat(desk.submit(0, "y", 1)).isInstanceOf(Decision.Queued.class);
    desk.settleFirst();
    assertThat(desk.log).containsExactly("x>a", "y>a");
  }

  @Test
  void aRemovedModelSendsItsWaitersAwayAndIsUnknown() {
    Desk desk = new Desk(ONE_SLOT);
    desk.submit(0, "x", 1);
    desk.submit(0, "y", 1);
    desk.change(ONE_SLOT.withPools(Map.of()).config());
    desk.submit(0, "z", 1);
    assertThat(desk.log).containsExactly("x>a", "y!NO_PROVIDER", "z!UNKNOWN_MODEL");
    assertThat(desk.scheduler.snapshot().pools()).hasSize(1);
    desk.settleFirst();
    assertThat(desk.scheduler.snapshot().pools()).isEmpty();
    desk.change(ONE_SLOT.config());
    assertThat(desk.submit(0, "again", 1)).isInstanceOf(Decision.Admitted.class);
  }

  @Test
  void drainingSendsEverybodyAwayForGoodAndLeavesLeases() {
    Desk desk = new Desk(ONE_SLOT);
    desk.submit(0, "x", 1);
    desk.submit(2, "y", 1);
    desk.submit(1, "z", 1);
    desk.scheduler.drain();
    desk.submit(0, "late", 1);
    desk.change(ONE_SLOT.withProvider("b", limits(Long.MAX_VALUE, 1)).config());
    desk.submit(0, "later", 1);
    assertThat(desk.log)
        .containsExactly("x>a", "z!DRAINING", "y!DRAINING", "late!DRAINING", "later!DRAINING");
    assertThat(desk.leases.getFirst().settle(TokenCost.ZERO)).isTrue();
  }

  @Test
  void boundsHoldPerFlowPerLaneAndInTotal() {
    List<LaneConfig> lanes = List.of(new LaneConfig(2, SECOND, 3, 350), new LaneConfig(1, SECOND, 99, 9_999));
    Desk desk = new Desk(ONE_SLOT.withLanes(lanes).withBounds(5, 9_999, 2));
    desk.submit("run", request(0, "f", 1));
    desk.submit("f1", request(0, "f", 1));
    desk.submit("f2", request(0, "f", 1));
    desk.submit("f3", request(0, "f", 1));
    desk.submit("g1", request(0, "g", 1));
    desk.submit("h1", request(0, "h", 1));
    desk.submit("i1", request(1, "i", 1));
    desk.submit("j1", request(1, "j", 1));
    desk.submit("k1", request(1, "k", 1));
    assertThat(desk.log).containsExactly("run>a", "f3!QUEUE_FULL", "h1!QUEUE_FULL", "k1!QUEUE_FULL");
    assertThat(desk.retryAfterNanos).isPositive();
  }

  @Test
  void bytesAreBoundedToo() {
    Desk desk = new Desk(ONE_SLOT.withBounds(99, 250, 99));
    desk.submit("run", request(0, "f", 1));
    desk.submit("f1", request(0, "f", 1));
    desk.submit("f2", request(1, "f", 1));
    desk.submit("f3", request(2, "f", 1));
    assertThat(desk.log).containsExactly("run>a", "f3!QUEUE_FULL");
    assertThat(desk.pool().waitingBytes()).isEqualTo(200);
  }

  @Test
  void sizesBeyondReasonOverflowNothing() {
    Desk desk = new Desk(ONE_SLOT.withBounds(99, 1_000, 99).withWeights(4, 2));
    desk.submit("run", request(0, "f", TokenCost.MAX_TOKENS));
    desk.submit("small", request(0, "f", 1));
    TokenCost most = new TokenCost(TokenCost.MAX_TOKENS, TokenCost.MAX_TOKENS);
    desk.submit("heavy", new WorkRequest("f", 0, most, Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE, Set.of()));
    assertThat(desk.log).containsExactly("run>a", "heavy!QUEUE_FULL");

    AccountLimits window = new AccountLimits(10, 10, 10, 100_000, new LeaseLife(Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE));
    Desk narrow = new Desk(Setup.of(Policy.WEIGHTED).withProvider("a", window));
    narrow.submit("long", new WorkRequest("f", 0, most, Long.MAX_VALUE, 0, Long.MAX_VALUE, Set.of()));
    narrow.submit("fits", request(0, "f", 100_000));
    narrow.submit("waits", request(0, "f", 100_000));
    assertThat(narrow.log).containsExactly("long!UNSCHEDULABLE", "fits>a", "waits!WAIT_TOO_LONG");
    assertThat(narrow.leases.getFirst().expiresAtNanos() - narrow.clock.read()).isPositive();
  }

  @Test
  void aBetterNewcomerTakesTheLatestPlaceOfTheWorstLane() {
    Desk desk = new Desk(ONE_SLOT.withBounds(3, 9_999, 99).withDisplacement());
    desk.submit("run", request(0, "f", 1));
    desk.submit("p1", request(1, "f", 1));
    desk.submit("p2a", request(2, "f", 1));
    desk.submit("p2b", request(2, "f", 1));
    desk.submit("p2c", request(2, "f", 1));
    desk.submit("p0", request(0, "f", 1));
    desk.submit("p1b", request(1, "f", 1));
    desk.submit("p1c", request(1, "f", 1));
    assertThat(desk.log)
        .containsExactly("run>a", "p2c!QUEUE_FULL", "p2b!DISPLACED", "p2a!DISPLACED", "p1c!QUEUE_FULL");
  }

  @Test
  void theNextWakeUpFollowsTheNewLimits() {
    Desk desk = new Desk(Setup.of(Policy.STRICT).withProvider("a", limits(10, 9)));
    desk.submit(0, "x", 10);
    desk.submit(0, "y", 10);
    desk.advanceNanos(100 * MILLI);
    desk.change(Setup.of(Policy.STRICT).withProvider("a", limits(1_000, 9)).config());
    desk.advanceNanos(SECOND);
    assertThat(desk.log).containsExactly("x>a", "y>a");
    assertThat(desk.leases.getLast().waitNanos()).isEqualTo(109 * MILLI);
  }
}
