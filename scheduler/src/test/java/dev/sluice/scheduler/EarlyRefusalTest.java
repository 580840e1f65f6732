// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler;

import static dev.sluice.scheduler.simulation.Setup.MILLI;
import static dev.sluice.scheduler.simulation.Setup.MODEL;
import static dev.sluice.scheduler.simulation.Setup.SECOND;
import static dev.sluice.scheduler.simulation.Setup.limits;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.scheduler.RandomLoad.Outcomes;
import dev.sluice.scheduler.simulation.Desk;
import dev.sluice.scheduler.simulation.Setup;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Waiters whose deadlines are out of reach. */
class EarlyRefusalTest {
  private static final int LOADS = 60;

  private final List<String> waits = new ArrayList<>();

  private Desk desk(SchedulerConfig config) {
    return new Desk(config, new SchedulerListener() {
      @Override
      public void waited(String model, int lane, long predictedNanos, long waitNanos) {
        waits.add(predictedNanos / MILLI + " " + waitNanos / MILLI);
      }
    });
  }

  private static SchedulerConfig twoProviders() {
    return Setup.of(Policy.STRICT).withProvider("a", limits(1_000, 999)).withProvider("b", limits(1_000, 999)).config();
  }

  private static WorkRequest request(long tokens, long maxWaitNanos, Set<String> providers) {
    return request("f", tokens, maxWaitNanos, providers);
  }

  private static WorkRequest request(String flow, long tokens, long maxWaitNanos, Set<String> providers) {
    return new WorkRequest(flow, 0, new TokenCost(tokens, 0), 0, 0, maxWaitNanos, providers);
  }

  /** Lets so many forecasts come true that the pool may rely on them. */
  private static void proveForecasts(Desk desk) {
    for (int i = 0; i < 4; i++) {
      desk.submit("first", request(1_000, SECOND, Set.of("a")));
      for (int j = 0; j < 10; j++) {
        desk.submit("proof", request(200, 50 * SECOND, Set.of("a")));
      }
      desk.advanceNanos(10 * SECOND);
    }
    desk.log.clear();
  }

  @Test
  void aPauseBeyondTheDeadlineRefusesAtOnceWhomNobodyElseCanServe() {
    Desk desk = desk(twoProviders());
    desk.submit("first", request(1_000, SECOND, Set.of("a")));
    desk.submit("first", request(1_000, SECOND, Set.of("b")));
    desk.submit("hasty", request(500, 3 * SECOND, Set.of("a")));
    desk.submit("patient", request(500, 9 * SECOND, Set.of("a")));
    desk.submit("free", request("free", 500, 3 * SECOND, Set.of("a", "b")));
    desk.log.clear();
    desk.scheduler.stand(MODEL, "a", Standing.WHOLE.pausedUntil(desk.clock.read() + 5 * SECOND));
    assertThat(desk.log).containsExactly("hasty!OUT_OF_REACH");
    assertThat(desk.retryAfterNanos).isEqualTo(2_250 * MILLI);
    desk.advanceNanos(5 * SECOND);
    assertThat(desk.log).containsExactlyInAnyOrder("hasty!OUT_OF_REACH", "free>b", "patient>a");
  }

  @Test
  void anUnhealthyProviderMayRecoverAtAnyTime() {
    Desk desk = desk(twoProviders());
    desk.submit("first", request(1_000, SECOND, Set.of("a")));
    desk.submit("waiter", request(500, 3 * SECOND, Set.of("a")));
    desk.scheduler.stand(
        MODEL, "a", new Standing(1, Integer.MAX_VALUE, desk.clock.read() + 50 * SECOND, true, 2 * SECOND));
    desk.advanceNanos(SECOND);
    assertThat(desk.log).doesNotContain("waiter!OUT_OF_REACH");
  }

  /** With a tenth of the capacity 40 of 50 requests miss their deadlines; those are refused at the first look, and nobody else. */
  @Test
  void lostCapacityRefusesEarlyWhomItLeavesBehindAndNobodyElse() {
    Desk desk = desk(twoProviders());
    proveForecasts(desk);
    desk.submit("first", request(1_000, SECOND, Set.of("a")));
    for (int i = 0; i < 50; i++) {
      desk.submit("r" + i, request(100, 20 * SECOND, Set.of("a")));
    }
    desk.scheduler.scale(MODEL, "a", 0.1);
    desk.advanceNanos(10 * SECOND);
    List<String> early = desk.log.stream().filter(line -> line.endsWith("!OUT_OF_REACH")).toList();
    assertThat(early).as("at half of their patience").hasSizeBetween(25, 40);
    desk.advanceNanos(5 * SECOND);
    long together = desk.log.stream().filter(line -> line.endsWith("!OUT_OF_REACH")).count();
    desk.advanceNanos(20 * SECOND);
    assertThat(desk.log).filteredOn(line -> line.startsWith("r") && line.endsWith(">a")).hasSizeBetween(18, 22);
    assertThat(together).isGreaterThanOrEqualTo(28);
  }

  @Test
  void whoMakesItIsNotRefused() {
    Desk desk = desk(twoProviders());
    proveForecasts(desk);
    desk.submit("first", request(1_000, SECOND, Set.of("a")));
    for (int i = 0; i < 90; i++) {
      desk.submit("r" + i, request(100, 10 * SECOND, Set.of("a")));
    }
    desk.advanceNanos(10 * SECOND);
    assertThat(desk.log).hasSize(91).allMatch(line -> line.endsWith(">a"));
  }

  @Test
  void nobodyIsRefusedByForecastsThatWereNeverTested() {
    Desk desk = desk(twoProviders());
    desk.submit("first", request(1_000, SECOND, Set.of("a")));
    for (int i = 0; i < 50; i++) {
      desk.submit("r" + i, request(100, 20 * SECOND, Set.of("a")));
    }
    desk.scheduler.scale(MODEL, "a", 0.1);
    desk.advanceNanos(19 * SECOND);
    assertThat(desk.log).noneMatch(line -> line.endsWith("!OUT_OF_REACH"));
  }

  @Test
  void isHeardOfWithWhatWasForetold() {
    Desk desk = desk(twoProviders());
    desk.submit("first", request(1_000, SECOND, Set.of("a")));
    desk.submit("next", request(300, 20 * SECOND, Set.of("a")));
    desk.advanceNanos(SECOND);
    assertThat(waits).containsExactly("300 300");
  }

  /** The same traffic with and without: how many of those refused early would have started in time, and how many start at all. */
  @Test
  void hardlyAnybodyIsRefusedInVain() {
    int early = 0;
    int inVain = 0;
    long with = 0;
    long without = 0;
    for (int seed = 1; seed <= LOADS; seed++) {
      RandomLoad load = new RandomLoad(seed);
      Outcomes refusing = load.play(true);
      Outcomes patient = load.play(false);
      Set<Integer> refused = refusing.outOfReach();
      early += refused.size();
      Set<Integer> would = new HashSet<>(refused);
      would.retainAll(patient.started());
      inVain += would.size();
      with += refusing.started().size();
      without += patient.started().size();
      if (Boolean.getBoolean("sluice.verbose")) {
        System.out.printf("load %d: of %d requests %d out of reach, %d in vain; started %d, without %d, timeouts %d, without %d%n",
            seed, refusing.submitted(), refused.size(), would.size(), refusing.started().size(), patient.started().size(),
            refusing.evicted().size() - refused.size(), patient.evicted().size());
      }
    }
    double part = 100.0 * inVain / early;
    double kept = (double) with / without;
    System.out.printf("figure: refused while waiting: of those who would have started in time | %.2f %% | <= 5 %% | %s | EarlyRefusalTest%n", part, part <= 5 ? "pass" : "short");
    System.out.printf("figure: refused while waiting: started in time, of those without | %.4f | >= 0.99 | %s | EarlyRefusalTest%n", kept, kept >= 0.99 ? "pass" : "short");
    System.out.println("refused while waiting: " + early + " in " + LOADS + " loads, " + inVain + " of them in vain");
    assertThat(early).isGreaterThan(500);
    assertThat(part).isLessThanOrEqualTo(5);
    assertThat(kept).isGreaterThanOrEqualTo(0.99);
  }
}
