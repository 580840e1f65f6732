// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler;

import static dev.sluice.scheduler.simulation.Setup.MILLI;
import static dev.sluice.scheduler.simulation.Setup.SECOND;
import static dev.sluice.scheduler.simulation.Setup.limits;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.scheduler.cost.LearnedCosts;
import dev.sluice.scheduler.cost.LearnedCosts.Asked;
import dev.sluice.scheduler.cost.LearnedCosts.Estimate;
import dev.sluice.scheduler.simulation.Desk;
import dev.sluice.scheduler.simulation.Setup;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Estimates wrong by ten, either way, in a pool that is always wanted. */
class LearnedCostsInThePoolTest {
  private static final long SEED = Long.getLong("sluice.seed", 20_261_131L);
  private static final long CAPACITY = 10_000;

  /** A request that runs until an instant. */
  private record Running(Lease lease, Asked asked, long actual, long endsAtNanos) {}

  /** After a minute of learning, what is really used in any ten seconds stays within 10 % of the capacity, and nobody starves. */
  @ParameterizedTest
  @ValueSource(longs = {26, 2_560})
  void realUseStaysWithinTheCapacity(long usual) {
    System.out.println("LearnedCostsInThePoolTest: seed " + SEED);
    SplittableRandom random = new SplittableRandom(SEED);
    LearnedCosts costs = new LearnedCosts(new LearnedCosts.Settings(true, 0.8, 256, 64, 4));
    Desk desk = new Desk(Setup.of(Policy.STRICT).withProvider("a", limits(CAPACITY, 100_000)).withBounds(200, 1L << 30, 40));
    Deque<Running> running = new ArrayDeque<>();
    Map<String, Long> served = new HashMap<>();
    long[] usedBySecond = new long[300];
    for (int step = 0; step < 300 * 50; step++) {
      for (int i = 0; i < 12; i++) {
        String account = "account" + random.nextInt(4);
        long actual = Math.max(1, Math.round(usual * random.nextDouble(0.5, 1.5)));
        Asked asked = new Asked(account, "m", false, 50, OptionalLong.empty(), 1);
        Estimate estimate = costs.estimate(asked);
        TokenCost cost = new TokenCost(estimate.promptTokens(), estimate.outputTokens());
        WorkRequest request = new WorkRequest(account, 0, cost, WorkRequest.UNBOUNDED, 100, Long.MAX_VALUE, Set.of());
        WaitListener begins = new WaitListener() {
          @Override
          public void dispatched(Lease lease) {
            running.add(new Running(lease, asked, actual, desk.clock.elapsedNanos() + 2 * SECOND));
            usedBySecond[(int) Math.min(299, desk.clock.elapsedNanos() / SECOND)] += 50 + actual;
            served.merge(account, 50 + actual, Long::sum);
          }

          @Override
          public void evicted(EvictReason reason, long retryAfterNanos) {}
        };
        if (desk.scheduler.submit(Setup.MODEL, request, begins) instanceof Decision.Admitted admitted) {
          begins.dispatched(admitted.lease());
        }
      }
      desk.advanceNanos(20 * MILLI);
      while (!running.isEmpty() && running.peek().endsAtNanos() <= desk.clock.elapsedNanos()) {
        Running ended = running.remove();
        TokenCost reserved = ended.lease().cost();
        ended.lease().settle(new TokenCost(50, ended.actual()));
        costs.learn(ended.asked(), new Estimate(reserved.inputTokens(), reserved.outputTokens()), OptionalLong.of(50), OptionalLong.of(ended.actual()));
      }
    }
    double most = 0;
    double least = Double.MAX_VALUE;
    for (int second = 60; second + 10 < 299; second++) {
      long used = 0;
      for (int i = 0; i < 10; i++) {
        used += usedBySecond[second + i];
      }
      most = Math.max(most, used / (10.0 * CAPACITY));
      least = Math.min(least, used / (10.0 * CAPACITY));
    }
    System.out.printf("figure: estimates wrong by ten (%d tokens): real use of any 10 s after 60 s, most | %.1f %% | <= 110 %% | %s | LearnedCostsInThePoolTest%n", usual, 100 * most, most <= 1.1 ? "pass" : "short");
    System.out.printf("LearnedCostsInThePoolTest: least %.1f %%, errors %s%n", 100 * least, costs.errors());
    assertThat(most).isLessThanOrEqualTo(1.1);
    assertThat(least).isGreaterThan(0.8);
    assertThat(served.values()).hasSize(4).allMatch(tokens -> tokens > 300 * CAPACITY / 4 * 0.8);
  }
}
