// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.t.Figure;
import dev.sluice.t.load.ClassReport;
import dev.sluice.t.load.LoadGenerator;
import dev.sluice.t.load.LoadPlan;
import dev.sluice.t.load.LoadPlan.RequestShape;
import dev.sluice.t.load.LoadReport;
import dev.sluice.t.overload.MixedLoad;
import dev.sluice.t.stack.ChildProcess;
import dev.sluice.t.stack.GatewayChoice;
import dev.sluice.t.stack.Http;
import dev.sluice.t.stack.Stack;
import dev.sluice.t.stack.StackPlan;
import dev.sluice.t.stack.StackPlan.ProviderPlan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a run through the gateway left in its decision file, replayed with the run's own configuration, comes to what the callers saw. What the gateway
 * adds to each request's time is measured below the capacity, and counted as time that prompts take.
 */
@Tag("bench")
class ReplayIT {
  private static final int PLACES = 24;
  private static final int PROMPT_BYTES = 400;
  private static final int PROMPT_TOKENS = PROMPT_BYTES / 4;
  private static final String PREFILL = "prefill_tokens_per_sec: ";
  private static final String AT_ONCE = "1000000";
  private static final int OUTPUT_TOKENS = 160;
  private static final int TOKENS_PER_SECOND = 100;
  private static final double OVERLOAD = 1.4;
  private static final Duration BUSY = Duration.ofSeconds(60);
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final MixedLoad LOADS =
      new MixedLoad(RequestShape.chat(StackPlan.MODEL, 0.5, PROMPT_BYTES, OUTPUT_TOKENS + 40, OUTPUT_TOKENS), PATIENCE);

  private static StackPlan plan() {
    List<String> simulator =
        List.of(
            "--max-batch", "64", "--tokens-per-sec", "100000", "--prefill-tokens-per-sec", AT_ONCE, "--step-per-request-ms", "0", "--step-base-ms",
            Double.toString(1_000.0 / TOKENS_PER_SECOND));
    return StackPlan.of(List.of(new ProviderPlan("local-a", 1_000_000, PLACES, 32_768, StackPlan.MODEL, simulator)), MixedLoad.accounts())
        .with("provider.local.local-a.prefill_tokens_per_sec", AT_ONCE)
        .with("provider.local.local-a.output_tokens_per_sec", Integer.toString(TOKENS_PER_SECOND))
        .with("scheduler.lanes", "[ {level: 0, max_wait: 1s}, {level: 2, max_wait: 2s}, {level: 4, max_wait: 3s} ]");
  }

  private static LoadPlan load(Stack stack, double load, Duration length, long seed) {
    return LOADS.plan(stack, load * PLACES * TOKENS_PER_SECOND / OUTPUT_TOKENS, length, seed);
  }

  @Test
  void aRecordedRunReplaysAsItWas() throws IOException {
    Path folder = Files.createTempDirectory("replay");
    Path decisions = folder.resolve("decisions.jsonl");
    Map<Integer, double[]> seen = new TreeMap<>();
    Path config = folder.resolve("replay.yaml");
    try (Stack stack = Stack.start(plan().with("observability.decision_file", decisions.toString()).withRunnerApart(), GatewayChoice.fromProperties(), Path.of("target", "e2e"))) {
      LoadReport cold = LoadGenerator.run(load(stack, 0.5, Duration.ofSeconds(5), 1));
      LoadReport idle = LoadGenerator.run(load(stack, 0.5, Duration.ofSeconds(5), 3));
      for (LoadReport report : List.of(cold, idle, LoadGenerator.run(load(stack, OVERLOAD, BUSY, 2)))) {
        for (int level : MixedLoad.LEVELS) {
          ClassReport of = report.of(MixedLoad.account(level));
          double[] counts = seen.computeIfAbsent(level, key -> new double[2]);
          counts[0] += of.sent();
          counts[1] += of.succeeded();
        }
      }
      Http.await(PATIENCE, () -> stack.pool().idle(), () -> "still busy: " + stack.pool());
      double added = Math.max(1, idle.of(MixedLoad.account(2)).latencyMillis(50) - 1_000.0 * OUTPUT_TOKENS / TOKENS_PER_SECOND);
      System.out.printf("the gateway adds %.0f ms to the provider's time%n", added);
      Files.writeString(
          config, Files.readString(stack.folder().resolve("sluice.yaml")).replace(PREFILL + AT_ONCE, PREFILL + Math.round(1_000 * PROMPT_TOKENS / added)));
      stack.runner().terminate();
      stack.runner().await();
    }
    Path json = folder.resolve("report.json");
    Path html = folder.resolve("report.html");
    JsonNode report = replay(folder, decisions, config, json, html);
    assertThat(report.path("replayed").path(0).path("requests").asLong()).as("all that were sent").isEqualTo(Math.round(seen.values().stream().mapToDouble(counts -> counts[0]).sum()));
    assertThat(Files.readString(html)).startsWith("<!doctype html>").contains("own");

    JsonNode own = null;
    for (JsonNode score : report.path("scores")) {
      own = score.path("policy").asString("").equals("own") ? score : own;
    }
    assertThat(own).as("scores: " + report.path("scores")).isNotNull();
    double worst = 0;
    for (Map.Entry<Integer, double[]> lane : seen.entrySet()) {
      double real = lane.getValue()[1] / lane.getValue()[0];
      JsonNode replayed = own.path("lanes").path(lane.getKey());
      assertThat(replayed.path("arrivals").asDouble()).as("lane " + lane.getKey()).isEqualTo(lane.getValue()[0]);
      double points = 100 * Math.abs(real - replayed.path("goodput").asDouble());
      System.out.printf("lane %d: of %.0f requests %.1f %% started in time, %.1f %% in the replay%n", lane.getKey(), lane.getValue()[0], 100 * real, 100 * replayed.path("goodput").asDouble());
      worst = Math.max(worst, points);
    }
    assertThat(seen.get(4)[1]).as("an overload refuses somebody").isLessThan(seen.get(4)[0]);
    Figure figure = Figure.atMost("replay of a recorded run: goodput of a lane off the real one, greatest", worst, 3, "points", "ReplayIT").print();
    assertThat(figure.bearable()).isTrue();
  }

  private static JsonNode replay(Path folder, Path decisions, Path config, Path json, Path html) throws IOException {
    List<String> command =
        List.of(
            Stack.launcher().toString(), "bench", "replay", decisions.toString(), "--config", config.toString(), "--json", json.toString(), "--html", html.toString());
    try (ChildProcess process = ChildProcess.start("replay", command, Map.of("SLUICE_JAVA_HOME", System.getProperty("java.home"), "SLUICE_EVENTS_SECRET", "unused", "SIMULATED_PROVIDER_KEY", "unused"), folder)) {
      Http.await(PATIENCE, () -> !process.alive(), process::output);
      assertThat(process.exitStatus()).as(process.output()).isZero();
    }
    return new JsonMapper().readTree(Files.readString(json));
  }
}
