// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.bench;

import dev.sluice.plugin.bench.Bench;
import dev.sluice.plugin.bench.BenchPlan;
import dev.sluice.plugin.bench.BenchPlan.Entrant;
import dev.sluice.plugin.bench.TraceSource;
import dev.sluice.plugin.bench.baseline.Baselines;
import dev.sluice.plugin.bench.replay.Contender;
import dev.sluice.plugin.bench.replay.ExpectedOutput;
import dev.sluice.plugin.bench.replay.LaneGoal;
import dev.sluice.plugin.bench.replay.LearnedOutput;
import dev.sluice.plugin.bench.replay.Perturbation;
import dev.sluice.plugin.bench.replay.Replay;
import dev.sluice.plugin.bench.replay.ReplayPlan;
import dev.sluice.plugin.bench.replay.SchedulerContender;
import dev.sluice.plugin.bench.replay.ServiceModel;
import dev.sluice.plugin.bench.report.Score;
import dev.sluice.plugin.bench.report.ScoreJson;
import dev.sluice.plugin.bench.report.ScoreTable;
import dev.sluice.plugin.bench.trace.AzureHour;
import dev.sluice.plugin.bench.trace.Trace;
import dev.sluice.plugin.bench.trace.TraceRequest;
import dev.sluice.scheduler.Policy;
import dev.sluice.t.CommandLine;
import dev.sluice.t.Figure;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Scheduling quality of the shipped default policy: the Azure hour against the hindsight bound, the reference figures of other policies as a
 * check of the model, the VTC trace, doubled arrivals, determinism and speed. The traces are read from {@code SLUICE_TRACES}.
 */
public final class FairSharesBench {
  private static final String SOURCE = "dev.sluice.t.bench.FairSharesBench";
  private static final List<Double> LOADS = List.of(0.9, 1.2, 1.5, 2.0);
  private static final List<Long> SEEDS = List.of(1L, 2L, 3L, 4L, 5L);

  private FairSharesBench() {}

  /** {@code [--traces FOLDER]}; exits 0 if every bound holds. */
  public static void main(String[] args) throws IOException {
    CommandLine options = CommandLine.parse(args, "traces");
    Path folder = Path.of(options.get("traces", System.getenv().getOrDefault("SLUICE_TRACES", "../shared/workloads/traces")));
    List<Figure> figures = new ArrayList<>();
    Contender.Factory policy = stage -> new SchedulerContender(stage, Policy.HYBRID);
    List<Score> blind = azure(folder, Map.of("blind", new Entrant(policy, ExpectedOutput::blind)), LOADS, SEEDS).scores();
    List<Score> learned = azure(folder, Map.of("learned", new Entrant(policy, LearnedOutput::new)), LOADS, SEEDS).scores();
    goodput(blind, "blind", List.of(0.97, 0.91, 0.83, 0.73), figures);
    goodput(learned, "learned cost", List.of(0.97, 0.93, 0.88, 0.82), figures);
    atOneAndAFifth(blind.stream().filter(score -> score.load() == 1.2).toList(), figures);
    references(folder, figures);
    new VtcFigures(folder).add(policy, figures);
    doubled(folder, policy, figures);
    speed(folder, policy, figures);
    figures.forEach(Figure::print);
    System.exit(figures.stream().allMatch(Figure::holds) ? 0 : 1);
  }

  private static Bench.Result azure(Path folder, Map<String, Entrant> policies, List<Double> loads, List<Long> seeds) throws IOException {
    TraceSource source = seed -> AzureHour.read(folder, seed);
    BenchPlan plan = new BenchPlan(ServiceModel.REFERENCE, LaneGoal.REFERENCE, loads, seeds, policies, "none");
    Bench.Result result = new Bench(plan, source).run(part -> {});
    System.out.print(ScoreTable.of(result.scores()));
    return result;
  }

  private static void goodput(List<Score> scores, String kind, List<Double> bounds, List<Figure> figures) {
    for (int i = 0; i < LOADS.size(); i++) {
      double load = LOADS.get(i);
      List<Score> atLoad = scores.stream().filter(score -> score.load() == load).toList();
      String name = "azure hour: goodput of the bound, " + kind + ", load " + load;
      figures.add(Figure.atLeast(name, ScoreTable.median(atLoad, Score::ofBound), bounds.get(i), "", SOURCE));
    }
  }

  private static void atOneAndAFifth(List<Score> scores, List<Figure> figures) {
    String name = "azure hour: load 1.2: ";
    figures.add(Figure.atLeast(name + "gold goodput", ScoreTable.median(scores, score -> score.lanes().get(0).goodput()), 0.98, "", SOURCE));
    figures.add(Figure.atMost(name + "gold p99 wait", ScoreTable.median(scores, score -> score.lanes().get(0).waitP99Seconds()), 1, "s", SOURCE));
    figures.add(Figure.atLeast(name + "bronze goodput", ScoreTable.median(scores, score -> score.lanes().get(2).goodput()), 0.95, "", SOURCE));
    figures.add(Figure.atLeast(name + "useful utilisation", ScoreTable.median(scores, Score::useful), 0.94, "", SOURCE));
    figures.add(Figure.atLeast(name + "Jain, worst lane", ScoreTable.median(scores, Score::worstJain), 0.95, "", SOURCE));
  }

  /** The published figures of the reference simulator, at load 1.2, as parts of the bound. */
  private static void references(Path folder, List<Figure> figures) throws IOException {
    Map<String, Double> published = Map.of(
        "B1-fifo", 0.013, "B2-fifo-bounded", 0.645, "B3-rps", 0.314, "B4-static", 0.369, "B4-static-demand", 0.086,
        "B5-litellm", 0.707, "B6-apf", 0.643, "B7-vtc", 0.582);
    Map<String, Entrant> policies = new HashMap<>();
    Baselines.all(3).forEach((name, factory) -> {
      if (published.containsKey(name)) {
        policies.put(name, new Entrant(factory, ExpectedOutput::blind));
      }
    });
    List<Score> scores = azure(folder, policies, List.of(1.2), SEEDS).scores();
    double worst = 0;
    for (Map.Entry<String, Double> reference : published.entrySet()) {
      List<Score> own = scores.stream().filter(score -> score.policy().equals(reference.getKey())).toList();
      worst = Math.max(worst, Math.abs(ScoreTable.median(own, Score::ofBound) - reference.getValue()));
    }
    figures.add(Figure.atMost("model: B1 to B7 off their references, worst", worst, 0.02, "", SOURCE));
  }

  /** The same slots with every request twice. */
  private static void doubled(Path folder, Contender.Factory policy, List<Figure> figures) throws IOException {
    double[] parts = new double[SEEDS.size()];
    for (int i = 0; i < parts.length; i++) {
      Trace once = AzureHour.read(folder, SEEDS.get(i));
      List<TraceRequest> twice = new ArrayList<>(once.requests());
      twice.addAll(once.requests());
      int slots = ServiceModel.REFERENCE.slots(once, 1.2);
      ReplayPlan plan = new ReplayPlan(ServiceModel.REFERENCE, LaneGoal.REFERENCE, slots, ExpectedOutput::blind, Perturbation.NONE, 1);
      double before = Score.of(Replay.run("once", once, plan, policy), 1.2, 1).tokensPerSecond();
      Trace trace = new Trace("twice", once.digest(), twice);
      parts[i] = Score.of(Replay.run("twice", trace, plan, policy), 2.4, 1).tokensPerSecond() / before;
    }
    Arrays.sort(parts);
    figures.add(Figure.atLeast("stability: in-time tokens/s with arrivals doubled, of before", parts[parts.length / 2], 0.95, "", SOURCE));
  }

  private static void speed(Path folder, Contender.Factory policy, List<Figure> figures) throws IOException {
    Map<String, Entrant> one = Map.of("blind", new Entrant(policy, ExpectedOutput::blind));
    long before = System.nanoTime();
    Bench.Result first = azure(folder, one, List.of(1.2), List.of(1L));
    figures.add(Figure.atMost("azure hour: one replay with its bound", (System.nanoTime() - before) / 1e9, 5, "s", SOURCE));
    Bench.Result second = azure(folder, one, List.of(1.2), List.of(1L));
    boolean same = Arrays.equals(ScoreJson.of(first), ScoreJson.of(second));
    figures.add(Figure.exactly("azure hour: replays that differ in a byte of JSON", same ? 0 : 1, 0, SOURCE));
  }
}
