// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler;

import static dev.sluice.scheduler.simulation.Setup.limits;
import static dev.sluice.scheduler.simulation.Setup.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.sluice.scheduler.simulation.Desk;
import dev.sluice.scheduler.simulation.Setup;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What single flows are given: another share, another depth. */
class FlowTermsTest {
  private static Desk desk() {
    return new Desk(Setup.of(Policy.STRICT).withProvider("a", limits(Long.MAX_VALUE, 1)));
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.01, 0.25, 3, 100})
  void backloggedFlowsShareByTheirWeights(double weight) {
    Desk desk = desk();
    desk.submit(0, "first", 0);
    for (int i = 0; i < 3_000; i++) {
      desk.submit("light", request(0, "light", 700));
      desk.submit("heavy", request(0, "heavy", 700).withFlow(weight, Integer.MAX_VALUE));
    }
    desk.settleFirst();
    Map<String, Integer> served = new HashMap<>();
    for (int i = 0; i < 2_020; i++) {
      String name = desk.log.getLast();
      served.merge(name, 1, Integer::sum);
      desk.settleFirst();
    }
    double share = (double) served.getOrDefault("heavy>a", 0) / 2_020;
    assertThat(share).isCloseTo(weight / (weight + 1), within(0.003));
  }

  @Test
  void aFlowsOwnDepthBindsBelowThePools() {
    Desk desk = new Desk(Setup.of(Policy.STRICT).withProvider("a", limits(Long.MAX_VALUE, 1)).withBounds(100, Long.MAX_VALUE, 3));
    desk.submit(0, "running", 1);
    desk.submit("one", request(0, "shallow", 1).withFlow(1, 1));
    desk.submit("two", request(0, "shallow", 1).withFlow(1, 1));
    desk.submit("other lane", request(1, "shallow", 1).withFlow(1, 1));
    for (int i = 0; i < 4; i++) {
      desk.submit("deep" + i, request(0, "deep", 1).withFlow(1, 50));
    }
    desk.submit("none", request(2, "none", 1).withFlow(1, 0));
    assertThat(desk.log).containsExactly("running>a", "two!QUEUE_FULL", "deep3!QUEUE_FULL", "none!QUEUE_FULL");
  }

  @Test
  void noDepthAtAllStillAdmitsWhoeverCanRun() {
    Desk desk = desk();
    desk.submit("now", request(0, "none", 1).withFlow(1, 0));
    assertThat(desk.log).containsExactly("now>a");
  }

  @Test
  void weightsHaveTheirRange() {
    assertThat(request(0, "f", 1).withFlow(1e9, 1).weight()).isEqualTo(100);
    assertThat(request(0, "f", 1).withFlow(1e-9, 1).weight()).isEqualTo(0.01);
    WorkRequest usual = request(0, "f", 1);
    assertThatThrownBy(
            () ->
                new WorkRequest(
                    "f", 0, usual.cost(), 0, 0, 0, usual.providers(), Double.NaN, 1))
        .hasMessage("weight: NaN (expected: 0.01..100.0)");
    assertThatThrownBy(() -> usual.withFlow(1, -1)).hasMessage("maxFlowDepth: -1 (expected: >= 0)");
  }
}
