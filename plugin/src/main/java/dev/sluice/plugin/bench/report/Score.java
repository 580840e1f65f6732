// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.bench.report;

import dev.sluice.plugin.bench.replay.LaneGoal;
import dev.sluice.plugin.bench.replay.Outcomes;
import dev.sluice.plugin.bench.trace.TraceRequest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * How one policy fared on one replay. Immutable.
 *
 * @param load offered work by capacity
 * @param seed of the trace
 * @param weightedGoodput worth of requests that started in time, of all worth
 * @param bound what no policy can exceed; {@code weightedGoodput / bound} is the part of it
 * @param utilisation slot time handed out, of all until the last arrival
 * @param useful the same, counting only requests that started in time
 * @param tokensPerSecond tokens of requests in time, in and out, by the time to the last arrival
 * @param predictionErrorSeconds mean of |predicted - actual| over requests that waited and started
 */
public record Score(
    String policy,
    double load,
    long seed,
    int slots,
    double weightedGoodput,
    double bound,
    double utilisation,
    double useful,
    double tokensPerSecond,
    double predictionErrorSeconds,
    List<LaneScore> lanes) {
  private static final double NANOS = 1e9;

  public Score {
    lanes = List.copyOf(lanes);
  }

  /** Judges a replay. */
  public static Score of(Outcomes outcomes, double load, double bound) {
    List<LaneGoal> goals = outcomes.plan().goals();
    List<TraceRequest> requests = outcomes.trace().requests();
    double spanNanos = Math.max(1, outcomes.trace().spanNanos());
    double good = 0;
    double offered = 0;
    double busy = 0;
    double useful = 0;
    double tokens = 0;
    double error = 0;
    int foretold = 0;
    for (int id = 0; id < requests.size(); id++) {
      TraceRequest request = requests.get(id);
      double slotNanos = outcomes.plan().service().nanos(request);
      int weight = goals.get(request.lane()).weight();
      offered += outcomes.abandoned()[id] ? 0 : weight;
      if (outcomes.started(id)) {
        busy += slotNanos;
      }
      if (outcomes.inTime(id)) {
        good += outcomes.abandoned()[id] ? 0 : weight;
        useful += slotNanos;
        tokens += request.inputTokens() + request.outputTokens();
      }
      if (outcomes.started(id) && outcomes.foretoldNanos()[id] != Outcomes.NEVER) {
        error += Math.abs(outcomes.foretoldNanos()[id] - outcomes.waitNanos(id)) / NANOS;
        foretold++;
      }
    }
    double capacity = outcomes.plan().slots() * spanNanos;
    List<LaneScore> lanes = new ArrayList<>();
    for (int lane = 0; lane < outcomes.trace().lanes(); lane++) {
      lanes.add(lane(outcomes, lane));
    }
    return new Score(
        outcomes.policy(), load, outcomes.plan().seed(), outcomes.plan().slots(), offered == 0 ? 1 : good / offered, bound,
        busy / capacity, useful / capacity, tokens / spanNanos * NANOS, foretold == 0 ? 0 : error / foretold, lanes);
  }

  private static LaneScore lane(Outcomes outcomes, int lane) {
    List<TraceRequest> requests = outcomes.trace().requests();
    double[] waits = new double[requests.size()];
    double[] refusals = new double[requests.size()];
    int started = 0;
    int refused = 0;
    int arrivals = 0;
    int good = 0;
    Map<String, double[]> tenants = new TreeMap<>();
    for (int id = 0; id < requests.size(); id++) {
      TraceRequest request = requests.get(id);
      if (request.lane() != lane || outcomes.abandoned()[id]) {
        continue;
      }
      arrivals++;
      double service = request.inputTokens() + 2.0 * request.outputTokens();
      double[] tenant = tenants.computeIfAbsent(request.tenant(), name -> new double[2]);
      tenant[1] += service;
      if (outcomes.started(id)) {
        waits[started++] = outcomes.waitNanos(id) / NANOS;
      } else if (outcomes.refusedNanos()[id] != Outcomes.NEVER) {
        refusals[refused++] = (outcomes.refusedNanos()[id] - outcomes.arrivedNanos()[id]) / NANOS;
      }
      if (outcomes.inTime(id)) {
        good++;
        tenant[0] += service;
      }
    }
    double[] sorted = sorted(waits, started);
    return new LaneScore(
        outcomes.plan().goals().get(lane).name(), arrivals, arrivals == 0 ? 1 : good / (double) arrivals, quantile(sorted, 0.5),
        quantile(sorted, 0.99), quantile(sorted, 1), quantile(sorted(refusals, refused), 0.99), jain(tenants));
  }

  private static double jain(Map<String, double[]> tenants) {
    double sum = 0;
    double squares = 0;
    int count = 0;
    for (double[] tenant : tenants.values()) {
      double part = tenant[1] == 0 ? 1 : tenant[0] / tenant[1];
      sum += part;
      squares += part * part;
      count++;
    }
    return squares == 0 ? 0 : sum * sum / (count * squares);
  }

  private static double[] sorted(double[] values, int count) {
    double[] sorted = Arrays.copyOf(values, count);
    Arrays.sort(sorted);
    return sorted;
  }

  /** The value at a part of sorted values, 0 for none. */
  static double quantile(double[] sorted, double part) {
    return sorted.length == 0 ? 0 : sorted[(int) Math.min(sorted.length - 1.0, Math.floor(part * sorted.length))];
  }

  /** The weighted goodput's part of the bound. */
  public double ofBound() {
    return bound == 0 ? 1 : weightedGoodput / bound;
  }

  /** The least Jain index of any lane. */
  public double worstJain() {
    return lanes.stream().mapToDouble(LaneScore::jain).min().orElse(1);
  }
}
