// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler;

import static dev.sluice.scheduler.simulation.Setup.MILLI;
import static dev.sluice.scheduler.simulation.Setup.SECOND;
import static dev.sluice.scheduler.simulation.Setup.limits;
import static dev.sluice.scheduler.simulation.Setup.request;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.scheduler.bucket.BucketRules;
import dev.sluice.scheduler.simulation.Desk;
import dev.sluice.scheduler.simulation.Setup;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What other lanes leave free for lane 0. */
class LaneZeroHeadroomTest {
  private static Desk desk(Setup setup, int percent) {
    return new Desk(setup.config().withRules(rules -> rules.withHeadroom(percent)), SchedulerListener.NONE);
  }

  /** A quarter of six places is two. */
  @Test
  void placesAreLeftFree() {
    Desk desk = desk(Setup.of(Policy.WEIGHTED).withProvider("a", limits(Long.MAX_VALUE, 6)), 25);
    for (int i = 0; i < 5; i++) {
      desk.submit(1, "one" + i, 10);
    }
    assertThat(desk.log).containsExactly("one0>a", "one1>a", "one2>a", "one3>a");
    desk.submit(0, "zero0", 10);
    desk.submit(0, "zero1", 10);
    assertThat(desk.log).endsWith("zero0>a", "zero1>a");
    desk.settleFirst();
    desk.settleFirst();
    assertThat(desk.log).as("four run, and two places are free").endsWith("zero1>a");
    desk.settleFirst();
    assertThat(desk.log).endsWith("one4>a");
  }

  @Test
  void tokensAreLeftFree() {
    Desk desk = desk(Setup.of(Policy.WEIGHTED).withProvider("a", limits(1_000, 99)), 20);
    desk.submit(1, "one0", 800);
    Decision waits = desk.submit(1, "one1", 100);
    assertThat(((Decision.Queued) waits).ticket().predictedWaitNanos()).isEqualTo(100 * MILLI);
    desk.submit(0, "zero", 150);
    assertThat(desk.log).as("one1 claims nothing against lane 0").containsExactly("one0>a", "zero>a");
    desk.advanceNanos(250 * MILLI - 1);
    assertThat(desk.log).hasSize(2);
    desk.advanceNanos(1);
    assertThat(desk.log).endsWith("one1>a");
  }

  @Test
  void requestsOfASecondAreLeftFree() {
    AccountLimits limits = new AccountLimits(Long.MAX_VALUE, 10, 99, Long.MAX_VALUE, new LeaseLife(0, 0, SECOND));
    Desk desk = desk(Setup.of(Policy.WEIGHTED).withProvider("a", limits), 20);
    for (int i = 0; i < 9; i++) {
      desk.submit(2, "two" + i, 1);
    }
    assertThat(desk.log).hasSize(8);
    desk.submit(0, "zero", 1);
    assertThat(desk.log).endsWith("zero>a");
  }

  /** 900 and the headroom of 200 are more than there can be. */
  @Test
  void whatIsBiggerThanTheRestStartsOnceAllIsThere() {
    Desk desk = desk(Setup.of(Policy.WEIGHTED).withProvider("a", limits(1_000, 99)), 20);
    desk.submit(1, "at once", 900);
    desk.submit(1, "big", 5_000);
    desk.advanceNanos(900 * MILLI - 1);
    assertThat(desk.log).containsExactly("at once>a");
    desk.advanceNanos(1);
    assertThat(desk.log).containsExactly("at once>a", "big>a");
  }

  @Test
  void theOnlyPlaceIsForAll() {
    Desk desk = desk(Setup.of(Policy.STRICT).withProvider("a", limits(Long.MAX_VALUE, 1)), 50);
    desk.submit(2, "two", 10);
    assertThat(desk.log).containsExactly("two>a");
  }

  /** With a queue of its own lane 0 gets its weight's share, 4 of 6, and not whatever comes free. */
  @Test
  void aLaneZeroThatQueuesSharesByThePolicy() {
    Desk desk = desk(Setup.of(Policy.WEIGHTED).withWeights(4, 2).withProvider("a", limits(Long.MAX_VALUE, 4)), 25);
    for (int i = 0; i < 4; i++) {
      desk.submit(0, "first" + i, 10);
    }
    for (int i = 0; i < 100; i++) {
      desk.submit(0, "zero", 10);
      desk.submit(1, "one", 10);
    }
    Map<Integer, Integer> started = new HashMap<>();
    for (int i = 0; i < 60; i++) {
      desk.settleFirst();
      started.merge(desk.leases.getLast().lane(), 1, Integer::sum);
    }
    assertThat(started).isEqualTo(Map.of(0, 40, 1, 20));
  }

  @Test
  void whoIsPastTheStarvationTimeoutLeavesNone() {
    Desk desk = desk(Setup.of(Policy.HYBRID).withStarvationTimeout(SECOND).withProvider("a", limits(Long.MAX_VALUE, 2)), 50);
    desk.submit(0, "zero", 10);
    desk.submit(1, "one", 10);
    assertThat(desk.log).containsExactly("zero>a");
    desk.advanceNanos(SECOND);
    assertThat(desk.log).hasSize(1);
    desk.advanceNanos(1);
    assertThat(desk.log).containsExactly("zero>a", "one>a");
  }

  @Test
  void anOutlookKnowsOfIt() {
    Desk desk = desk(Setup.of(Policy.HYBRID).withProvider("a", limits(1_000, 99)), 20);
    desk.submit(1, "one", 800);
    assertThat(desk.scheduler.outlook(Setup.MODEL, request(1, "x", 100)).waitNanos()).isEqualTo(100 * MILLI);
    assertThat(desk.scheduler.outlook(Setup.MODEL, request(0, "x", 100)).waitNanos()).isZero();
  }

  @Test
  void isRefusedWithBucketsAndOutOfRange() {
    BucketRules rules = new BucketRules(List.of(1.0, 1.0), List.of(true, true), 1, List.of(0, 0), false, SECOND);
    SchedulerConfig config = Setup.of(Policy.STRICT).withLanes(List.of(Setup.lane(1), Setup.lane(1))).withProvider("a", limits(1_000, 1)).config();
    assertThat(config.withRules(each -> each.withHeadroom(51)).problems()).containsExactly("laneZeroHeadroomPercent: 51 (expected: 0..50)");
    assertThat(config.withRules(each -> each.withHeadroom(10)).withBuckets(rules).problems())
        .containsExactly("laneZeroHeadroomPercent: 10 (expected: 0 with buckets, which guarantee lane 0 a rate)");
  }
}
