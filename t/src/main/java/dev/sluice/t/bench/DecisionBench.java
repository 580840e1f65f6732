// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.bench;

import dev.sluice.t.CommandLine;
import dev.sluice.t.Figure;
import dev.sluice.t.load.RpcBench;
import dev.sluice.t.load.RpcReport;
import dev.sluice.t.load.RunnerClient;
import dev.sluice.t.stack.ChildProcess;
import dev.sluice.t.stack.Http;
import dev.sluice.t.stack.LoneRunner;
import dev.sluice.t.stack.StackPlan;
import dev.sluice.t.stack.StackPlan.AccountPlan;
import dev.sluice.t.stack.StackPlan.ProviderPlan;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;

/**
 * The full decision path against a server that holds the same conversation from constants.
 *
 * <p>A conversation is a call with 15 headers, the query for the body, 1 KiB of chat, and the reply. The runner parses the body, looks the
 * key up, schedules, admits and issues a lease; leases end by expiry, as no gateway reports their ends here.
 */
public final class DecisionBench {
  private static final String SOURCE = "dev.sluice.t.bench.DecisionBench";
  private static final double BOUND_RATIO = 0.40;
  private static final double RATE = 5_000;
  private static final Duration WARM_UP = Duration.ofSeconds(12);

  private DecisionBench() {}

  /** {@code [--rounds 5] [--seconds 3]}; the first round of each kind warms up and is thrown away. Exits 0 if every bound holds. */
  public static void main(String[] args) {
    CommandLine options = CommandLine.parse(args, "rounds", "seconds");
    int rounds = (int) options.number("rounds", 5);
    Duration round = Duration.ofMillis((long) (options.number("seconds", 3) * 1000));
    Path folder = Path.of(System.getProperty("java.io.tmpdir"));
    boolean held;
    try (LoneRunner runner = LoneRunner.start(plan(), folder)) {
      Path floorSocket = runner.folder().resolve("floor.sock");
      try (ChildProcess floor = floor(floorSocket, runner.folder())) {
        Http.await(Duration.ofSeconds(10), () -> Files.exists(floorSocket), floor::output);
        RunnerClient.Workload workload = RpcBench.chat(filters(), runner.key("bench"), StackPlan.MODEL);
        warmUp(floorSocket, workload);
        warmUp(runner.socket(), workload);
        held = ratio(floorSocket, runner.socket(), 8, workload, rounds, round);
        held &= ratio(floorSocket, runner.socket(), 64, workload, rounds, round);
        held &= latency(runner, workload, rounds, round);
      }
    }
    System.exit(held ? 0 : 1);
  }

  private static StackPlan plan() {
    return StackPlan.of(
        List.of(ProviderPlan.of("local-a", 1_000_000_000L, 1_000_000)), List.of(new AccountPlan("bench", 0)))
        .with("provider.local.local-a.max_rps", "1000000")
        .with("provider.local.local-a.output_tokens_per_sec", "1000");
  }

  private static SequencedMap<String, String> filters() {
    SequencedMap<String, String> filters = new LinkedHashMap<>();
    filters.put("ai-token-router", "{}");
    filters.put("ai-scheduler", "{}");
    return filters;
  }

  private static ChildProcess floor(Path socket, Path folder) {
    List<String> jvm = List.of("-XX:+UseSerialGC", "-Xms32m", "-Xmx512m");
    return ChildProcess.start(
        "floor",
        ChildProcess.java(jvm, "dev.sluice.t.load.ConstantRunner", List.of("--socket", socket.toString(), "--threads", "2")),
        Map.of(),
        folder);
  }

  /** Long enough for both virtual machines to have compiled what they run. */
  private static void warmUp(Path socket, RunnerClient.Workload workload) {
    try (RunnerClient client = new RunnerClient(socket, 16, workload)) {
      System.out.println("warm-up: " + client.closedLoop(WARM_UP));
    }
  }

  private static boolean ratio(Path floorSocket, Path runnerSocket, int connections, RunnerClient.Workload workload, int rounds, Duration round) {
    double[] ratios = new double[rounds];
    try (RunnerClient floor = new RunnerClient(floorSocket, connections, workload);
        RunnerClient runner = new RunnerClient(runnerSocket, connections, workload)) {
      for (int i = -1; i < rounds; i++) {
        RpcReport floorReport = floor.closedLoop(round);
        RpcReport runnerReport = runner.closedLoop(round);
        System.out.printf(Locale.ROOT, "%d connections, round %d: floor %s%n                          runner %s%n", connections, i + 1, floorReport, runnerReport);
        if (runnerReport.stopped() + runnerReport.errors() > 0) {
          throw new IllegalStateException("the runner did not admit everything: " + runnerReport);
        }
        if (i >= 0) {
          ratios[i] = runnerReport.perSecond() / floorReport.perSecond();
        }
      }
    }
    Arrays.sort(ratios);
    return Figure.atLeast("decision path throughput over floor, " + connections + " connections", ratios[rounds / 2], BOUND_RATIO, "", SOURCE).print().holds();
  }

  /**
   * The runner's own part of a decision, as it measures it: from the call's frame to the query for the body, and from the body to the reply. The
   * conversations' whole durations, which hold the client's part and four wake-ups, are printed beside it.
   */
  private static boolean latency(LoneRunner lone, RunnerClient.Workload workload, int rounds, Duration round) {
    double[] p50 = new double[rounds];
    double[] p99 = new double[rounds];
    try (RunnerClient runner = new RunnerClient(lone.socket(), 64, workload)) {
      for (int i = -1; i < rounds; i++) {
        DecisionTimes before = DecisionTimes.read(lone.admin());
        RpcReport report = runner.openLoop(RATE, round);
        DecisionTimes times = DecisionTimes.read(lone.admin()).since(before);
        System.out.printf(Locale.ROOT, "open loop %.0f/s, round %d: decisions p50 <= %.0fus p99 <= %.0fus; conversations %s%n", RATE, i + 1, times.micros(0.50), times.micros(0.99), report);
        if (i >= 0) {
          p50[i] = times.micros(0.50);
          p99[i] = times.micros(0.99);
        }
      }
    }
    Arrays.sort(p50);
    Arrays.sort(p99);
    Figure median = Figure.atMost("decision time at 5000/s, p50", p50[rounds / 2], 150, "us", SOURCE).print();
    Figure tail = Figure.atMost("decision time at 5000/s, p99", p99[rounds / 2], 1_000, "us", SOURCE).print();
    return median.holds() && tail.holds();
  }
}
