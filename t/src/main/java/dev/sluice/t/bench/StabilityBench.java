// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.bench;

import dev.sluice.plugin.bench.replay.Contender;
import dev.sluice.plugin.bench.replay.ExpectedOutput;
import dev.sluice.plugin.bench.replay.LaneGoal;
import dev.sluice.plugin.bench.replay.Outcomes;
import dev.sluice.plugin.bench.replay.Perturbation;
import dev.sluice.plugin.bench.replay.Perturbation.Resize;
import dev.sluice.plugin.bench.replay.Replay;
import dev.sluice.plugin.bench.replay.ReplayPlan;
import dev.sluice.plugin.bench.replay.SchedulerContender;
import dev.sluice.plugin.bench.replay.ServiceModel;
import dev.sluice.plugin.bench.trace.AzureHour;
import dev.sluice.plugin.bench.trace.Trace;
import dev.sluice.plugin.bench.trace.TraceGenerator;
import dev.sluice.plugin.bench.trace.TraceGenerator.Mix;
import dev.sluice.scheduler.Policy;
import dev.sluice.t.CommandLine;
import dev.sluice.t.Figure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.DoubleFunction;

/**
 * How the shipped default policy takes trouble: the fall of a load, clients that retry, and what else goes wrong. Each figure is the worst
 * of the traces, each trace's the median of three seeds. The Azure hour is among the traces if {@code SLUICE_TRACES} has it.
 */
public final class StabilityBench {
  private static final String SOURCE = "dev.sluice.t.bench.StabilityBench";
  private static final long SECOND = 1_000_000_000L;
  private static final int SEEDS = 3;
  private static final double SECONDS = 1_800;

  /** Twice the longest wait that a lane allows. */
  private static final double TWICE_LONGEST_SECONDS = 100;

  private static final double HIGH = 1.5;
  private static final double LOW = 0.8;
  private static final long BURST_SECONDS = 120;

  private final Map<String, List<Trace>> traces = new LinkedHashMap<>();
  private final Map<String, Figure> worst = new LinkedHashMap<>();

  private StabilityBench() {}

  /** A figure of one trace and seed. */
  @FunctionalInterface
  private interface Measure {
    double of(Trace trace, long seed);
  }

  /** {@code [--traces FOLDER]}; exits 0 if every bound holds. */
  public static void main(String[] args) throws IOException {
    CommandLine options = CommandLine.parse(args, "traces");
    Path folder = Path.of(options.get("traces", System.getenv().getOrDefault("SLUICE_TRACES", "../shared/workloads/traces")));
    StabilityBench bench = new StabilityBench();
    bench.read(folder);
    bench.run();
    bench.worst.values().forEach(Figure::print);
    System.exit(bench.worst.values().stream().allMatch(Figure::holds) ? 0 : 1);
  }

  private void read(Path folder) throws IOException {
    for (long seed = 1; seed <= SEEDS; seed++) {
      if (Files.exists(folder.resolve(AzureHour.CONVERSATION))) {
        add("azure hour", AzureHour.read(folder, seed));
      }
      add("azure-like", TraceGenerator.generate("azure-like", Mix.azureLike(SECONDS), seed));
      add("bursty", TraceGenerator.generate("bursty", Mix.bursty(SECONDS), seed));
      add("long answers", TraceGenerator.generate("long answers", Mix.longAnswers(SECONDS), seed));
    }
  }

  private void add(String name, Trace trace) {
    traces.computeIfAbsent(name, key -> new ArrayList<>()).add(trace);
  }

  private void run() {
    atMost("recovery after load 1.5 falls to 0.8", TWICE_LONGEST_SECONDS, "s", StabilityBench::recoveryOfLoad);
    atMost("retries: recovery after 120 s of half the capacity", 2.0 * BURST_SECONDS, "s", StabilityBench::recoveryOfRetries);
    atLeast("retries: goodput afterwards, of the undisturbed", 0.99, StabilityBench::afterRetries);
    for (String kind : List.of("aborts", "noise", "lost")) {
      atLeast(kind + ": goodput, of the undisturbed", 0.95, (trace, seed) -> part(trace, seed, kind));
    }
    atMost("surge: goodput that other tenants lose", 2, "points", StabilityBench::lostByOthers);
    for (String kind : List.of("halved", "down")) {
      atMost(kind + ": recovery afterwards", TWICE_LONGEST_SECONDS, "s", (trace, seed) -> recovery(trace, seed, kind));
    }
    for (String kind : List.of("none", "aborts", "halved", "down", "surge", "lost")) {
      atMost(kind + ": over-admission", 1, "%", (trace, seed) -> Disturbed.overAdmissionPercent(replay(trace, seed, 0.9, named(kind, trace))));
    }
    atMost("noise: over-admission", 10, "%", (trace, seed) -> Disturbed.overAdmissionPercent(replay(trace, seed, 0.9, named("noise", trace))));
  }

  private void atMost(String name, double bound, String unit, Measure measure) {
    each(name, measure, value -> Figure.atMost("stability: " + name, value, bound, unit, SOURCE), true);
  }

  private void atLeast(String name, double bound, Measure measure) {
    each(name, measure, value -> Figure.atLeast("stability: " + name, value, bound, "", SOURCE), false);
  }

  private void each(String name, Measure measure, DoubleFunction<Figure> figure, boolean highIsWorse) {
    Map<Double, String> medians = new TreeMap<>();
    traces.forEach((trace, seeds) -> {
      double[] values = new double[seeds.size()];
      for (int i = 0; i < values.length; i++) {
        values[i] = measure.of(seeds.get(i), i + 1);
      }
      Arrays.sort(values);
      medians.put(values[values.length / 2], trace);
      System.out.println(name + ", " + trace + ": " + Arrays.toString(values));
    });
    TreeMap<Double, String> sorted = new TreeMap<>(medians);
    worst.put(name, figure.apply(highIsWorse ? sorted.lastKey() : sorted.firstKey()));
  }

  private static Perturbation named(String kind, Trace trace) {
    return Perturbation.named(kind, trace);
  }

  private static Outcomes replay(Trace trace, long seed, double load, Perturbation perturbation) {
    Contender.Factory policy = stage -> new SchedulerContender(stage, Policy.HYBRID);
    int slots = ServiceModel.REFERENCE.slots(trace, load);
    return Replay.run(
        "default", trace, new ReplayPlan(ServiceModel.REFERENCE, LaneGoal.REFERENCE, slots, ExpectedOutput::blind, perturbation, seed), policy);
  }

  private static Perturbation resized(int retries, Resize... resizes) {
    return new Perturbation(0, 0, 0, List.of(resizes), 0, retries);
  }

  /** Capacity at load 1.5 for half of the trace, then at 0.8, beside capacity at 0.8 all along. */
  private static double recoveryOfLoad(Trace trace, long seed) {
    long half = trace.spanNanos() / 2;
    Outcomes fallen = replay(trace, seed, HIGH, resized(0, new Resize(half, HIGH / LOW)));
    return Disturbed.recovery(fallen, replay(trace, seed, LOW, Perturbation.NONE), half);
  }

  private static Outcomes retrying(Trace trace, long seed, boolean trouble) {
    long third = trace.spanNanos() / 3;
    Resize[] burst = {new Resize(third, 0.5), new Resize(third + BURST_SECONDS * SECOND, 1)};
    return replay(trace, seed, LOW, trouble ? resized(2, burst) : resized(2));
  }

  private static double recoveryOfRetries(Trace trace, long seed) {
    long over = trace.spanNanos() / 3 + BURST_SECONDS * SECOND;
    return Disturbed.recovery(retrying(trace, seed, true), retrying(trace, seed, false), over);
  }

  private static double afterRetries(Trace trace, long seed) {
    long from = trace.spanNanos() / 3 + 3 * BURST_SECONDS * SECOND;
    double before = Disturbed.goodput(retrying(trace, seed, false), from, Long.MAX_VALUE, request -> true);
    return Disturbed.goodput(retrying(trace, seed, true), from, Long.MAX_VALUE, request -> true) / before;
  }

  private static double part(Trace trace, long seed, String kind) {
    return Disturbed.goodput(replay(trace, seed, 0.9, named(kind, trace))) / Disturbed.goodput(replay(trace, seed, 0.9, Perturbation.NONE));
  }

  private static double lostByOthers(Trace trace, long seed) {
    String busiest = busiest(trace);
    long from = trace.spanNanos() / 3;
    long until = from + 300 * SECOND;
    Outcomes calm = replay(trace, seed, LOW, Perturbation.NONE);
    Outcomes surge = replay(trace, seed, LOW, named("surge", trace));
    double before = Disturbed.goodput(calm, from, until, request -> !request.tenant().equals(busiest));
    return 100 * Math.max(0, before - Disturbed.goodput(surge, from, until, request -> !request.tenant().equals(busiest)));
  }

  private static String busiest(Trace trace) {
    Map<String, Long> counts = new TreeMap<>();
    trace.requests().forEach(request -> counts.merge(request.tenant(), 1L, Long::sum));
    return Collections.max(counts.entrySet(), Map.Entry.comparingByValue()).getKey();
  }

  private static double recovery(Trace trace, long seed, String kind) {
    long over = trace.spanNanos() / 3 + (kind.equals("down") ? 60 : BURST_SECONDS) * SECOND;
    return Disturbed.recovery(replay(trace, seed, LOW, named(kind, trace)), replay(trace, seed, LOW, Perturbation.NONE), over);
  }
}
