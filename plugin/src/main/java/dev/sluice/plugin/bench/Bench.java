// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.bench;

import dev.sluice.plugin.bench.bound.HindsightBound;
import dev.sluice.plugin.bench.replay.Outcomes;
import dev.sluice.plugin.bench.replay.Perturbation;
import dev.sluice.plugin.bench.replay.Replay;
import dev.sluice.plugin.bench.replay.ReplayPlan;
import dev.sluice.plugin.bench.report.Score;
import dev.sluice.plugin.bench.trace.Trace;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Runs a plan and judges every replay. Immutable. */
public final class Bench {
  private final BenchPlan plan;
  private final TraceSource source;

  public Bench(BenchPlan plan, TraceSource source) {
    this.plan = plan;
    this.source = source;
  }

  /**
   * What came of a bench. Immutable.
   *
   * @param trace of the first seed
   * @param samples replays of the first seed, for plots
   */
  public record Result(Trace trace, List<Score> scores, List<Outcomes> samples) {
    public Result {
      scores = List.copyOf(scores);
      samples = List.copyOf(samples);
    }
  }

  /**
   * Runs everything, one replay after the other.
   *
   * @param progress hears the part that is done, 0..1
   */
  public Result run(Consumer<Double> progress) throws IOException {
    List<Score> scores = new ArrayList<>();
    List<Outcomes> samples = new ArrayList<>();
    int all = plan.seeds().size() * plan.loads().size() * (plan.policies().size() + 1);
    int done = 0;
    List<Trace> traces = new ArrayList<>();
    for (long seed : plan.seeds()) {
      traces.add(source.read(seed));
    }
    for (int i = 0; i < traces.size(); i++) {
      Trace trace = traces.get(i);
      Perturbation perturbation = Perturbation.named(plan.perturbation(), trace);
      for (double load : plan.loads()) {
        int slots = plan.service().slots(trace, load);
        double bound = HindsightBound.of(trace, plan.service(), plan.goals(), slots);
        progress.accept(++done / (double) all);
        for (Map.Entry<String, BenchPlan.Entrant> policy : plan.policies().entrySet()) {
          ReplayPlan replay = new ReplayPlan(
              plan.service(), plan.goals(), slots, policy.getValue().expected(), perturbation, plan.seeds().get(i));
          Outcomes outcomes = Replay.run(policy.getKey(), trace, replay, policy.getValue().policy());
          scores.add(Score.of(outcomes, load, bound));
          if (i == 0) {
            samples.add(outcomes);
          }
          progress.accept(++done / (double) all);
        }
      }
    }
    List<String> order = List.copyOf(plan.policies().keySet());
    scores.sort(Comparator.comparingDouble(Score::load)
        .thenComparingInt(score -> order.indexOf(score.policy()))
        .thenComparingLong(Score::seed));
    return new Result(traces.getFirst(), scores, samples);
  }
}
