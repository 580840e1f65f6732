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
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** How well waits are foretold where nothing unforeseen happens. */
class ForecastTest {
  private static long predicted(Decision decision) {
    return ((Decision.Queued) decision).ticket().predictedWaitNanos();
  }

  @Test
  void isExactForOneFlowOnOneProvider() {
    Desk desk = new Desk(Setup.of(Policy.STRICT).withProvider("a", limits(1_000, 999)));
    SplittableRandom random = new SplittableRandom(5);
    Map<String, Long> predictions = new HashMap<>();
    desk.submit(0, "first", 1_000);
    for (int i = 0; i < 50; i++) {
      String name = "r" + i;
      predictions.put(name, predicted(desk.submit(name, request(0, "f", random.nextLong(1, 1_500)))));
    }
    desk.advanceNanos(50 * SECOND);
    List<Lease> waited = desk.leases.subList(1, desk.leases.size());
    assertThat(waited).hasSizeGreaterThan(40);
    for (int i = 0; i < waited.size(); i++) {
      assertThat(waited.get(i).waitNanos()).as("r%s", i).isCloseTo(predictions.get("r" + i), within(1_000L));
    }
  }

  /** Within half a second or a tenth, whichever is more: flows are sampled and the two providers are one fluid. */
  @Test
  void isCloseForManyFlowsOnTwoProviders() {
    Setup setup = Setup.of(Policy.STRICT).withProvider("a", limits(1_000, 999)).withProvider("b", limits(3_000, 999));
    Desk desk = new Desk(setup);
    SplittableRandom random = new SplittableRandom(6);
    desk.submit("first", new WorkRequest("x", 0, new TokenCost(1_000, 0), 0, 0, 0, Set.of("a")));
    desk.submit("first", new WorkRequest("x", 0, new TokenCost(3_000, 0), 0, 0, 0, Set.of("b")));
    List<Long> predictions = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      predictions.add(predicted(desk.submit("r" + i, request(0, "f" + i, random.nextLong(50, 500)))));
    }
    desk.advanceNanos(50 * SECOND);
    for (int i = 0; i < 200; i++) {
      long waited = desk.leases.get(i + 2).waitNanos();
      assertThat(predictions.get(i)).as("r%s", i).isCloseTo(waited, within(Math.max(SECOND / 2, waited / 10)));
    }
  }

  @Test
  void countsBetterLanesFirstUnderStrict() {
    Desk desk = new Desk(Setup.of(Policy.STRICT).withProvider("a", limits(1_000, 999)));
    desk.submit(0, "first", 1_000);
    desk.submit(1, "one", 2_000);
    desk.submit(2, "two", 4_000);
    assertThat(predicted(desk.submit(0, "zero", 100))).isEqualTo(100 * MILLI);
    assertThat(predicted(desk.submit(1, "other", 100))).isEqualTo(2_200 * MILLI);
    assertThat(predicted(desk.submit(2, "another", 100))).isEqualTo(6_300 * MILLI);
  }

  @Test
  void measuresTheDrainWhereConcurrencyLimits() {
    Desk desk = new Desk(Setup.of(Policy.STRICT).withProvider("a", limits(Long.MAX_VALUE, 1)));
    desk.submit(0, "first", 1_000);
    for (int i = 0; i < 30; i++) {
      desk.submit("r" + i, request(0, "f", 1_000));
    }
    for (int i = 0; i < 10; i++) {
      desk.advanceNanos(500 * MILLI);
      desk.settleFirst();
    }
    long foretold = predicted(desk.submit("last", request(0, "f", 1_000)));
    assertThat(foretold).isCloseTo(10 * SECOND, within(SECOND));
    WorkRequest hasty = new WorkRequest("f", 0, new TokenCost(1_000, 0), 0, 0, 2 * SECOND, Set.of());
    assertThat(desk.submit("hasty", hasty)).isInstanceOf(Decision.Rejected.class);
    assertThat(desk.retryAfterNanos).isCloseTo(8_500 * MILLI, within(SECOND));
  }

  @Test
  void aLightFlowIsNotChargedForAHeavyOnesBacklog() {
    Desk desk = new Desk(Setup.of(Policy.STRICT).withProvider("a", limits(1_000, 999)));
    desk.submit(0, "first", 1_000);
    for (int i = 0; i < 40; i++) {
      desk.submit("h" + i, request(0, "heavy", 1_000));
    }
    desk.advanceNanos(1_500 * MILLI);
    assertThat(predicted(desk.submit("light", request(0, "light", 600)))).isEqualTo(100 * MILLI);
  }
}
