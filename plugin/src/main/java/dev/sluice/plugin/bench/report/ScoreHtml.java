// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.bench.report;

import dev.sluice.plugin.bench.Bench;
import dev.sluice.plugin.bench.BenchPlan;
import dev.sluice.plugin.bench.replay.LaneGoal;
import dev.sluice.plugin.bench.replay.Outcomes;
import dev.sluice.plugin.bench.trace.TraceRequest;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A bench as one HTML page that needs nothing else: the figures as a table, and plots drawn as SVG. Immutable. */
public final class ScoreHtml {
  private static final double NANOS = 1e9;
  private static final int POINTS = 120;
  private static final int TENANTS = 8;
  private static final double SHORTEST_WAIT = 0.01;

  private ScoreHtml() {}

  /** The page; plots over time and of waits show the replays of the first seed. */
  public static String of(Bench.Result result) {
    StringBuilder page = new StringBuilder();
    page.append("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n")
        .append("<title>Sluice bench: ").append(Plot.escaped(result.trace().name())).append("</title>\n<style>\n").append(PageStyle.CSS)
        .append("</style></head><body>\n<h1>Sluice bench: ").append(Plot.escaped(result.trace().name())).append("</h1>\n");
    facts(page, result);
    List<Score> scores = result.scores();
    page.append("<h2>Goodput against load</h2>\n<p>Requests that started within their lane's longest wait, of all that arrived. The bound is what no")
        .append(" policy could exceed knowing everything in advance. Medians of the seeds.</p>\n<div class=\"plots\">\n");
    page.append(byLoad("Weighted goodput, of the bound", "part of the bound", scores, Score::ofBound).svg());
    for (int lane = 0; lane < lanes(scores); lane++) {
      int index = lane;
      page.append(byLoad("Goodput, " + scores.getFirst().lanes().get(lane).lane(), "part of arrivals", scores, score -> score.lanes().get(index).goodput()).svg());
    }
    page.append("</div>\n<h2>Figures</h2>\n").append(ScoreRows.html(scores));
    Map<Integer, List<Outcomes>> bySlots =
        result.samples().stream().collect(Collectors.groupingBy(sample -> sample.plan().slots(), LinkedHashMap::new, Collectors.toList()));
    bySlots.forEach((slots, samples) -> atSize(page, load(scores, slots), samples));
    return page.append("</body></html>\n").toString();
  }

  private static int lanes(List<Score> scores) {
    return scores.isEmpty() ? 0 : scores.getFirst().lanes().size();
  }

  private static double load(List<Score> scores, int slots) {
    return scores.stream().filter(score -> score.slots() == slots).mapToDouble(Score::load).findFirst().orElse(0);
  }

  private static void facts(StringBuilder page, Bench.Result result) {
    BenchPlan plan = result.plan();
    page.append("<dl>\n");
    fact(page, "Source", result.trace().digest());
    for (Bench.Replayed replayed : result.replayed()) {
      fact(page, "Seed " + replayed.seed(), replayed.requests() + " requests, SHA-256 " + replayed.sha256());
    }
    plan.config().ifPresent(sha256 -> fact(page, "Configuration", "SHA-256 " + sha256));
    fact(page, "A request holds a slot for", String.format(Locale.ROOT, "prompt tokens / %.0f s + output tokens x %.1f ms", plan.service().prefillTokensPerSecond(), plan.service().outputTokenNanos() / 1e6));
    fact(page, "Lanes", plan.goals().stream().limit(Math.max(1, lanes(result.scores()))).map(ScoreHtml::goal).collect(Collectors.joining("; ")));
    fact(page, "Perturbation", plan.perturbation());
    page.append("</dl>\n");
  }

  private static String goal(LaneGoal goal) {
    return goal.name() + ": start within " + Axis.text(goal.maxWaitNanos() / NANOS) + " s, worth " + goal.weight();
  }

  private static void fact(StringBuilder page, String name, String value) {
    page.append("<dt>").append(Plot.escaped(name)).append("</dt><dd>").append(Plot.escaped(value)).append("</dd>\n");
  }

  private static Plot byLoad(String title, String unit, List<Score> scores, ToDoubleFunction<Score> figure) {
    double[] all = scores.stream().mapToDouble(Score::load).distinct().sorted().toArray();
    double margin = all.length < 2 ? 0.1 : 0;
    double first = all.length == 0 ? 0 : all[0] - margin;
    double last = all.length == 0 ? 1 : all[all.length - 1] + margin;
    Plot plot = new Plot(title, Axis.exact("load: offered work / capacity", first, last), Axis.linear(unit, 0, 1));
    Map<String, List<Score>> policies = scores.stream().collect(Collectors.groupingBy(Score::policy, LinkedHashMap::new, Collectors.toList()));
    policies.forEach((policy, own) -> {
      double[] loads = own.stream().mapToDouble(Score::load).distinct().sorted().toArray();
      plot.line(policy, loads, Arrays.stream(loads).map(load -> ScoreTable.median(own.stream().filter(score -> score.load() == load).toList(), figure)).toArray());
    });
    return plot;
  }

  private static void atSize(StringBuilder page, double load, List<Outcomes> samples) {
    Outcomes first = samples.getFirst();
    page.append("<h2>Load ").append(Axis.text(load)).append(": ").append(first.plan().slots()).append(" slots</h2>\n<div class=\"plots\">\n");
    for (int lane = 0; lane < first.trace().lanes(); lane++) {
      page.append(waits(lane, samples).svg());
    }
    page.append(use(samples).svg()).append("</div>\n<details><summary>Shares of tenants over time, policy by policy</summary>\n<div class=\"plots\">\n");
    samples.forEach(sample -> page.append(shares(sample).svg()));
    page.append("</div></details>\n");
  }

  private static Plot waits(int lane, List<Outcomes> samples) {
    LaneGoal goal = samples.getFirst().plan().goals().get(lane);
    double longest = 1;
    for (Outcomes sample : samples) {
      longest = Math.max(longest, Arrays.stream(waitsOf(sample, lane)).filter(Double::isFinite).max().orElse(0));
    }
    Axis axis = Axis.log("wait, s", SHORTEST_WAIT, longest);
    Plot plot = new Plot("Waits of " + goal.name() + ": part of arrivals started within", axis, Axis.linear("part of arrivals", 0, 1));
    for (Outcomes sample : samples) {
      double[] sorted = waitsOf(sample, lane);
      Arrays.sort(sorted);
      double[] x = new double[POINTS + 1];
      double[] y = new double[POINTS + 1];
      int started = 0;
      for (int i = 0; i <= POINTS; i++) {
        x[i] = axis.value(i / (double) POINTS);
        while (started < sorted.length && sorted[started] <= x[i] * (1 + 1e-9)) {
          started++;
        }
        y[i] = sorted.length == 0 ? 0 : started / (double) sorted.length;
      }
      plot.line(sample.policy(), x, y);
    }
    return plot;
  }

  /** The waits of a lane's requests in seconds, infinite for those that never started. */
  private static double[] waitsOf(Outcomes sample, int lane) {
    List<TraceRequest> requests = sample.trace().requests();
    return IntStream.range(0, requests.size())
        .filter(id -> requests.get(id).lane() == lane)
        .mapToDouble(id -> sample.started(id) ? sample.waitNanos(id) / NANOS : Double.POSITIVE_INFINITY)
        .toArray();
  }

  private static Plot use(List<Outcomes> samples) {
    Occupancy first = Occupancy.of(samples.getFirst());
    double[] seconds = first.seconds();
    double most = Arrays.stream(first.capacity()).max().orElse(1);
    Plot plot = new Plot("Capacity use", Axis.exact("time, s", 0, end(seconds)), Axis.linear("slots in use, mean", 0, most * 1.1));
    samples.forEach(sample -> plot.line(sample.policy(), seconds, Occupancy.of(sample).all()));
    plot.reference("capacity", seconds, first.capacity());
    return plot;
  }

  private static Plot shares(Outcomes sample) {
    Occupancy occupancy = Occupancy.of(sample);
    double[] seconds = occupancy.seconds();
    Plot plot = new Plot(sample.policy() + ": slots held by tenants", Axis.exact("time, s", 0, end(seconds)), Axis.linear("part of all slots", 0, 1));
    occupancy.shares(TENANTS).forEach((tenant, share) -> plot.area(tenant, seconds, share));
    return plot;
  }

  private static double end(double[] seconds) {
    return seconds.length < 2 ? 1 : seconds[seconds.length - 1] + (seconds[1] - seconds[0]) / 2;
  }
}
