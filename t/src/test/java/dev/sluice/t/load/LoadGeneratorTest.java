// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.t.load.LoadPlan.Arrivals;
import dev.sluice.t.load.LoadPlan.LoadClass;
import dev.sluice.t.load.LoadPlan.RequestShape;
import dev.sluice.t.provider.BatchModel;
import dev.sluice.t.provider.ProviderSimulator;
import dev.sluice.t.provider.SimScript;
import dev.sluice.t.provider.SimState;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class LoadGeneratorTest {
  private static LoadReport run(ProviderSimulator target, Duration duration, Duration drain, LoadClass... classes) {
    InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), target.port());
    return LoadGenerator.run(new LoadPlan(address, duration, drain, 42, List.of(classes)));
  }

  private static LoadClass of(String name, Arrivals arrivals, RequestShape shape) {
    return new LoadClass(name, "key-" + name, Map.of("x-class", name), arrivals, shape);
  }

  private static void assertEachEndedOnce(ClassReport report) {
    assertThat(report.outcomes().values().stream().mapToLong(Long::longValue).sum()).isEqualTo(report.sent());
  }

  @Test
  void anOpenLoopSendsWhatThePlanSaysAndCountsEveryRequestOnce() throws Exception {
    try (ProviderSimulator simulator = ProviderSimulator.start(ProviderSimulator.Options.of(BatchModel.fast()))) {
      LoadReport report = run(
          simulator, Duration.ofSeconds(1), Duration.ofSeconds(5),
          of("json", new Arrivals.Constant(100), RequestShape.chat("m", 0, 100, 50, 5)),
          of("sse", new Arrivals.Poisson(100), RequestShape.chat("m", 1, 100, 50, 5)));
      assertThat(report.of("json").sent()).isEqualTo(99);
      assertThat(report.of("sse").sent()).isBetween(60L, 140L);
      assertThat(report.of("json").outcomes()).containsExactly(Map.entry("200", 99L));
      assertEachEndedOnce(report.of("sse"));
      SimState state = simulator.state();
      assertThat(state.completed()).isEqualTo(report.of("json").succeeded() + report.of("sse").succeeded());
      assertThat(state.outputTokens()).isEqualTo(5 * state.completed());
      assertThat(simulator.requests()).allSatisfy(seen ->
          assertThat(seen.values("authorization")).containsExactly("Bearer key-" + seen.values("x-class").getFirst()));
    }
  }

  @Test
  void aSeedGivesTheSamePoissonCount() throws Exception {
    try (ProviderSimulator simulator = ProviderSimulator.start(ProviderSimulator.Options.of(BatchModel.fast()))) {
      LoadClass poisson = of("p", new Arrivals.Poisson(200), RequestShape.chat("m", 0, 10, 5, 1));
      long first = run(simulator, Duration.ofMillis(500), Duration.ofSeconds(5), poisson).of("p").sent();
      assertThat(run(simulator, Duration.ofMillis(500), Duration.ofSeconds(5), poisson).of("p").sent())
          .isEqualTo(first);
    }
  }

  @Test
  void latencyCountsFromTheIntendedStartAndFailuresAreTold() throws Exception {
    try (ProviderSimulator simulator = ProviderSimulator.start(ProviderSimulator.Options.of(BatchModel.fast()))) {
      simulator.script(new SimScript.Failure.SlowFirstByte(300), 1);
      simulator.script(new SimScript.Failure.Status(429, 1), 2);
      simulator.script(new SimScript.Failure.Reset(), 1);
      simulator.script(new SimScript.Failure.Truncate(), 1);
      simulator.script(new SimScript.Failure.Hang(), 1);
      LoadReport report = run(
          simulator, Duration.ofMillis(500), Duration.ofSeconds(5),
          of("c", new Arrivals.Constant(20), RequestShape.chat("m", 0, 10, 5, 5)));
      ClassReport c = report.of("c");
      assertThat(c.sent()).isEqualTo(9);
      assertThat(c.outcomes()).isEqualTo(
          Map.of("200", 4L, "429", 2L, "failed", 1L, "cut off", 1L, "unfinished", 1L));
      assertThat(c.latencyMillis(100)).isBetween(300.0, 5_000.0);
      assertThat(report.table()).contains("unfinished=1");
    }
  }

  @Test
  void aClosedLoopKeepsItsCallersBusyAndAbortsAreAborts() throws Exception {
    BatchModel tenMillisATokenForOne = new BatchModel(1_000_000, 10_000_000, 0, 1_000_000, 64, 512);
    try (ProviderSimulator simulator =
        ProviderSimulator.start(ProviderSimulator.Options.of(tenMillisATokenForOne))) {
      LoadReport report = run(
          simulator, Duration.ofMillis(600), Duration.ofSeconds(5),
          of("closed", new Arrivals.Closed(4), RequestShape.chat("m", 0.5, 10, 50, 5)),
          of("gone", new Arrivals.Constant(10), new RequestShape(
              "/v1/chat/completions", "m", 1, 10, 1000, 1000, Duration.ofMillis(100))));
      assertThat(simulator.state().maxInFlight()).isBetween(4, 8);
      assertThat(report.of("closed").succeeded()).isBetween(12L, 60L);
      assertThat(report.of("gone").outcomes()).containsExactly(Map.entry("aborted", 5L));
      assertThat(simulator.state().aborted()).isEqualTo(5);
    }
  }
}
