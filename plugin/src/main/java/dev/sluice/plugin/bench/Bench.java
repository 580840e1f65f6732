// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.bench;

import dev.sluice.plugin.bench.bound.HindsightBound;
import dev.sluice.plugin.bench.replay.Outcomes;
import dev.sluice.plugin.bench.replay.Perturbation;
import dev.sluice.plugin.bench.replay.Replay;
import dev.sluice.plugin.bench.replay.ReplayPlan;
import dev.sluice.plugin.bench.report.Score;
import dev.sluice.plugin.bench.trace.Trace;
import dev.sluice.plugin.bench.trace.TraceDigest;
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
   * @param replayed each seed's trace
   * @param trace of the first seed
   * @param samples replays of the first seed, for plots
   */
  public record Result(BenchPlan plan, List<Replayed> replayed, Trace trace, List<Score> scores, List<Outcomes> samples) {
    public Result {
      replayed = List.copyOf(replayed);
      scores = List.copyOf(scores);
      samples = List.copyOf(samples);
    }
  }

  /** A trace that was replayed; {@code sha256} is {@link TraceDigest#of} it. Immutable. */
  public record Replayed(long seed, int requests, String sha256) {}

  /**
   * Runs everything, one replay after the other.
   *
   * @param progress hears the part that is done, 0..1
   */
  public Result run(Consumer<Double> progress) throws IOException {
    List<Score> scores = new ArrayList<>();
    List<Outcomes> samples = new ArrayList<>();
    int all = plan.seeds().size() * (plan.capacity().isPresent() ? 1 : plan.loads().size()) * (plan.policies().size() + 1);
    int done = 0;
    List<Trace> traces = new ArrayList<>();
    List<Replayed> replayed = new ArrayList<>();
    for (long seed : plan.seeds()) {
      Trace trace = source.read(seed);
      traces.add(trace);
      replayed.add(new Replayed(seed, trace.requests().size(), TraceDigest.of(trace)));
    }
    for (int i = 0; i < traces.size(); i++) {
      Trace trace = traces.get(i);
      Perturbation perturbation = Perturbation.named(plan.perturbation(), trace);
      for (BenchPlan.Size size : plan.sizes(trace)) {
        double bound = HindsightBound.of(trace, plan.service(), plan.goals(), size.slots());
        progress.accept(++done / (double) all);
        for (Map.Entry<String, BenchPlan.Entrant> policy : plan.policies().entrySet()) {
          ReplayPlan replay = new ReplayPlan(
              plan.service(), plan.goals(), size.slots(), policy.getValue().expected(), perturbation, plan.seeds().get(i));
          Outcomes outcomes = Replay.run(policy.getKey(), trace, replay, policy.getValue().policy());
          scores.add(Score.of(outcomes, size.load(), bound));
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
    return new Result(plan, replayed, traces.getFirst(), scores, samples);
  }
}
