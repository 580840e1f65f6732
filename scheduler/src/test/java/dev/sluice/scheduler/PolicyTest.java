// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler;

import static dev.sluice.scheduler.simulation.Setup.MILLI;
import static dev.sluice.scheduler.simulation.Setup.SECOND;
import static dev.sluice.scheduler.simulation.Setup.limits;
import static dev.sluice.scheduler.simulation.Setup.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.sluice.scheduler.simulation.Desk;
import dev.sluice.scheduler.simulation.Setup;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who gets the capacity of one provider that is always wanted. */
class PolicyTest {
  private static final AccountLimits ONE_AT_A_TIME = limits(Long.MAX_VALUE, 1);

  private final SplittableRandom random = new SplittableRandom(7);

  private static Desk desk(Setup setup) {
    return new Desk(setup.withProvider("a", ONE_AT_A_TIME));
  }

  /** Takes {@code count} requests off the queue by ending what runs, topping lanes up so that they stay backlogged. */
  private Map<Integer, Long> tokensByLane(Desk desk, int count, int... lanes) {
    desk.submit(0, "first", 0);
    for (int lane : lanes) {
      for (int i = 0; i < 20; i++) {
        desk.submit(lane, "flow" + lane, random.nextLong(1, 2_000));
      }
    }
    desk.settleFirst();
    Map<Integer, Long> tokens = new HashMap<>();
    for (int i = 0; i < count; i++) {
      Lease lease = desk.leases.getFirst();
      tokens.merge(lease.lane(), lease.cost().total(), Long::sum);
      desk.submit(lease.lane(), "flow" + lease.lane(), random.nextLong(1, 2_000));
      desk.settleFirst();
    }
    return tokens;
  }

  private static double share(Map<Integer, Long> tokens, int lane) {
    return (double) tokens.getOrDefault(lane, 0L) / tokens.values().stream().mapToLong(Long::longValue).sum();
  }

  @Test
  void weightedSharesFollowTheWeights() {
    int[] weights = {16, 8, 4, 2, 1};
    Map<Integer, Long> tokens = tokensByLane(desk(Setup.of(Policy.WEIGHTED).withWeights(weights)), 1_000, 0, 1, 2, 3, 4);
    double worst = 0;
    for (int lane = 0; lane < weights.length; lane++) {
      double fair = weights[lane] / 31.0;
      worst = Math.max(worst, 100 * Math.abs(share(tokens, lane) / fair - 1));
      assertThat(share(tokens, lane)).as("lane %s", lane).isCloseTo(fair, within(fair * 0.05));
    }
    System.out.printf("figure: weighted lanes: token shares off their weights over 1000 dequeues, worst | %.2f %% | <= 5 %% | %s | PolicyTest%n", worst, worst <= 5 ? "pass" : "short");
  }

  @Test
  void weightedSharesOfEmptyLanesGoToTheOthers() {
    Map<Integer, Long> tokens =
        tokensByLane(desk(Setup.of(Policy.WEIGHTED).withWeights(16, 8, 4, 2, 1)), 1_000, 1, 3);
    assertThat(share(tokens, 1)).isCloseTo(0.8, within(0.01));
  }

  @Test
  void weightedLanesEarnNothingByIdling() {
    Desk desk = desk(Setup.of(Policy.WEIGHTED).withWeights(1, 1));
    tokensByLane(desk, 500, 0);
    Map<Integer, Long> tokens = tokensByLane(desk, 200, 1);
    assertThat(share(tokens, 1)).isCloseTo(0.5, within(0.03));
  }

  @Test
  void aLaneWithoutWeightTakesWhatIsLeft() {
    Desk desk = desk(Setup.of(Policy.WEIGHTED).withWeights(1, 0));
    assertThat(share(tokensByLane(desk, 100, 0, 1), 1)).isZero();
    assertThat(share(tokensByLane(desk(Setup.of(Policy.WEIGHTED).withWeights(1, 0)), 100, 1), 1)).isEqualTo(1);
  }

  @Test
  void strictServesTheBestLaneOnly() {
    assertThat(share(tokensByLane(desk(Setup.of(Policy.STRICT)), 300, 0, 1, 2), 0)).isEqualTo(1);
    assertThat(share(tokensByLane(desk(Setup.of(Policy.STRICT)), 300, 1, 2), 1)).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {20, 50, 80, 95})
  void hybridCapsLaneZero(int percent) {
    Map<Integer, Long> tokens =
        tokensByLane(desk(Setup.of(Policy.HYBRID).withWeights(16, 2, 1).withShare(percent)), 2_000, 0, 1, 2);
    assertThat(share(tokens, 0)).isCloseTo(percent / 100.0, within(0.02));
    assertThat(share(tokens, 1)).isCloseTo((1 - percent / 100.0) * 2 / 3, within(0.02));
  }

  @Test
  void hybridLeavesLaneZeroEverythingNobodyElseWants() {
    assertThat(share(tokensByLane(desk(Setup.of(Policy.HYBRID).withShare(10)), 300, 0), 0)).isEqualTo(1);
    assertThat(share(tokensByLane(desk(Setup.of(Policy.HYBRID).withShare(100)), 300, 0, 1), 0)).isEqualTo(1);
  }

  /** A waiter past the timeout waits for what runs, then only for starving ones older than itself. */
  @Test
  void strictStarvationIsBoundedByTheTimeout() {
    Setup setup = Setup.of(Policy.STRICT).withStarvationTimeout(2 * SECOND).withProvider("a", limits(1_000, 100));
    Desk desk = new Desk(setup);
    desk.submit(0, "first", 1_500);
    for (int i = 0; i < 80; i++) {
      desk.submit(0, "busy", 100);
      if (i % 10 == 0) {
        desk.submit(2, "poor", 100);
      }
      desk.advanceNanos(100 * MILLI);
    }
    assertThat(desk.leases.stream().filter(lease -> lease.lane() == 2).map(Lease::waitNanos))
        .hasSizeGreaterThanOrEqualTo(5)
        .allSatisfy(waitNanos -> assertThat(waitNanos).isBetween(2 * SECOND + 1, 2 * SECOND + 200 * MILLI));
  }

  /** Backlogged flows differ by at most the largest request of each. */
  @Test
  void flowsShareALaneByService() {
    Desk desk = desk(Setup.of(Policy.STRICT));
    desk.submit(0, "first", 0);
    long[] largest = {10, 300, 2_000};
    Map<String, Long> served = new HashMap<>();
    for (int flow = 0; flow < 3; flow++) {
      for (int i = 0; i < 20_000 / largest[flow] + 50; i++) {
        desk.submit("f" + flow, request(0, "f" + flow, random.nextLong(1, largest[flow] + 1)));
      }
    }
    desk.log.clear();
    double most = 0;
    for (int i = 0; i < 1_500; i++) {
      desk.settleFirst();
      String name = desk.log.getLast().substring(0, 2);
      served.merge(name, desk.leases.getFirst().cost().service(), Long::sum);
      for (int a = 0; a < 3; a++) {
        for (int b = 0; b < a; b++) {
          long gap = Math.abs(served.getOrDefault("f" + a, 0L) - served.getOrDefault("f" + b, 0L));
          most = Math.max(most, gap / (double) (largest[a] + largest[b]));
          assertThat(gap).as("f%s against f%s after %s", a, b, i).isLessThanOrEqualTo(largest[a] + largest[b]);
        }
      }
    }
    System.out.printf("figure: flows: service difference of two backlogged ones, of the largest requests of both | %.3f | <= 1 | %s | PolicyTest%n", most, most <= 1 ? "pass" : "short");
  }

  @Test
  void outputCountsTwice() {
    Desk desk = desk(Setup.of(Policy.STRICT));
    desk.submit(0, "first", 0);
    for (int i = 0; i < 200; i++) {
      desk.submit("in", request(0, "in", 100));
      desk.submit("out", new WorkRequest("out", 0, new TokenCost(0, 100), 100, 0, Long.MAX_VALUE, Set.of()));
    }
    desk.log.clear();
    for (int i = 0; i < 90; i++) {
      desk.settleFirst();
    }
    assertThat(desk.log.stream().filter("in>a"::equals).count()).isEqualTo(60);
  }

  /** A tenant that always has exactly one request waiting gets no more than one with a standing backlog. */
  @Test
  void leavingAndComingBackEarnsNothing() {
    Desk desk = desk(Setup.of(Policy.STRICT));
    desk.submit(0, "first", 0);
    for (int i = 0; i < 400; i++) {
      desk.submit("steady", request(0, "steady", 10));
    }
    desk.submit("hopper", request(0, "hopper", 1_000));
    desk.log.clear();
    long steady = 0;
    long hopper = 0;
    for (int i = 0; i < 300; i++) {
      desk.settleFirst();
      if (desk.log.getLast().startsWith("hopper")) {
        hopper += 1_000;
        desk.submit("hopper", request(0, "hopper", 1_000));
        desk.log.removeIf(line -> line.startsWith("hopper!"));
      } else {
        steady += 10;
      }
      assertThat(hopper - steady).isLessThanOrEqualTo(1_010);
    }
    assertThat(hopper).isPositive();
  }

  @Test
  void aNewFlowStartsLevelWithTheOthers() {
    Desk desk = desk(Setup.of(Policy.STRICT));
    desk.submit(0, "first", 0);
    for (int i = 0; i < 400; i++) {
      desk.submit("old", request(0, "old", 10));
    }
    for (int i = 0; i < 200; i++) {
      desk.settleFirst();
    }
    for (int i = 0; i < 50; i++) {
      desk.submit("new", request(0, "new", 10));
    }
    desk.log.clear();
    for (int i = 0; i < 20; i++) {
      desk.settleFirst();
    }
    assertThat(desk.log.stream().filter("new>a"::equals).count()).isBetween(9L, 11L);
  }
}
