// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.bench.report;

import dev.sluice.plugin.bench.replay.Outcomes;
import dev.sluice.plugin.bench.trace.Trace;
import dev.sluice.plugin.bench.trace.TraceRequest;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Scores as one HTML page that needs nothing else: the table, and plots drawn as SVG. Immutable. */
public final class ScoreHtml {
  private static final double NANOS = 1e9;
  private static final int BINS = 60;
  private static final int POINTS = 100;
  private static final int TENANTS = 8;
  private static final String STYLE =
      """
      body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem;color:#111;background:#fff}
      pre{overflow-x:auto;font-size:12px}svg{width:100%;margin:1rem 0}svg text{font-size:11px;fill:#111}
      polyline,path{fill:none;stroke-width:1.6}.grid{stroke:#ddd;stroke-width:1}
      """;

  private ScoreHtml() {}

  /** The page; {@code samples} are the replays that the plots over time and of waits show. */
  public static String of(Trace trace, List<Score> scores, List<Outcomes> samples) {
    StringBuilder page = new StringBuilder();
    page.append("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Sluice bench</title>\n<style>\n")
        .append(STYLE).append("</style></head><body>\n<h1>Sluice bench</h1>\n<p>").append(Plot.escaped(trace.name())).append(", ")
        .append(trace.requests().size()).append(" requests, ").append(Plot.escaped(trace.digest())).append("</p>\n<pre>")
        .append(Plot.escaped(ScoreTable.of(scores))).append("</pre>\n");
    page.append(goodput(scores).svg());
    for (Outcomes sample : samples) {
      String name = sample.policy() + ", " + sample.plan().slots() + " slots";
      page.append("<h2>").append(Plot.escaped(name)).append("</h2>\n");
      page.append(waits(sample).svg()).append(shares(sample).svg()).append(use(sample).svg());
    }
    return page.append("</body></html>\n").toString();
  }

  private static Plot goodput(List<Score> scores) {
    Plot plot = new Plot("Weighted goodput of the bound, median of seeds", "load", "part of the bound");
    Map<String, List<Score>> policies =
        scores.stream().collect(Collectors.groupingBy(Score::policy, LinkedHashMap::new, Collectors.toList()));
    policies.forEach((policy, own) -> {
      double[] loads = own.stream().mapToDouble(Score::load).distinct().sorted().toArray();
      double[] parts = Arrays.stream(loads)
          .map(load -> ScoreTable.median(own.stream().filter(score -> score.load() == load).toList(), Score::ofBound))
          .toArray();
      plot.line(policy, loads, parts);
    });
    return plot;
  }

  private static Plot waits(Outcomes sample) {
    Plot plot = new Plot("Part of a lane's requests that started within a wait", "wait, s", "part");
    List<TraceRequest> requests = sample.trace().requests();
    double longest = 0;
    for (int id = 0; id < requests.size(); id++) {
      longest = Math.max(longest, sample.started(id) ? sample.waitNanos(id) / NANOS : 0);
    }
    for (int lane = 0; lane < sample.trace().lanes(); lane++) {
      double[] x = new double[POINTS + 1];
      double[] y = new double[POINTS + 1];
      int arrivals = 0;
      for (int id = 0; id < requests.size(); id++) {
        if (requests.get(id).lane() == lane) {
          arrivals++;
          double wait = sample.started(id) ? sample.waitNanos(id) / NANOS : Double.POSITIVE_INFINITY;
          int first = longest == 0 ? 0 : (int) Math.min(POINTS + 1.0, Math.ceil(wait / longest * POINTS));
          if (first <= POINTS) {
            y[first]++;
          }
        }
      }
      for (int i = 0; i <= POINTS; i++) {
        x[i] = longest * i / POINTS;
        y[i] += i == 0 ? 0 : y[i - 1];
      }
      double all = Math.max(1, arrivals);
      plot.line(sample.plan().goals().get(lane).name(), x, Arrays.stream(y).map(count -> count / all).toArray());
    }
    return plot;
  }

  private static Plot shares(Outcomes sample) {
    Plot plot = new Plot("Slots held by the busiest tenants", "time, s", "slots");
    Map<String, double[]> tenants = new TreeMap<>();
    held(sample, (tenant, bin, slots) -> tenants.computeIfAbsent(tenant, name -> new double[BINS])[bin] += slots);
    tenants.entrySet().stream()
        .sorted((a, b) -> Double.compare(Arrays.stream(b.getValue()).sum(), Arrays.stream(a.getValue()).sum()))
        .limit(TENANTS)
        .forEach(entry -> plot.line(entry.getKey(), times(sample), entry.getValue()));
    return plot;
  }

  private static Plot use(Outcomes sample) {
    Plot plot = new Plot("Slots in use", "time, s", "slots");
    double[] all = new double[BINS];
    held(sample, (tenant, bin, slots) -> all[bin] += slots);
    double[] offered = new double[BINS];
    Arrays.fill(offered, sample.plan().slots());
    plot.line("in use", times(sample), all);
    plot.line("there are", times(sample), offered);
    return plot;
  }

  private static double[] times(Outcomes sample) {
    double[] times = new double[BINS];
    for (int bin = 0; bin < BINS; bin++) {
      times[bin] = sample.trace().spanNanos() / NANOS * bin / BINS;
    }
    return times;
  }

  @FunctionalInterface
  private interface Held {
    void add(String tenant, int bin, double slots);
  }

  /** Calls with the mean number of slots that each request holds in each bin of time. */
  private static void held(Outcomes sample, Held sink) {
    double width = Math.max(1, sample.trace().spanNanos() / (double) BINS);
    List<TraceRequest> requests = sample.trace().requests();
    for (int id = 0; id < requests.size(); id++) {
      if (sample.started(id)) {
        double from = sample.startedNanos()[id];
        double until = from + sample.plan().service().nanos(requests.get(id));
        for (int bin = (int) (from / width); bin < BINS && bin * width < until; bin++) {
          double overlap = Math.min(until, (bin + 1) * width) - Math.max(from, bin * width);
          sink.add(requests.get(id).tenant(), bin, overlap / width);
        }
      }
    }
  }
}
