// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.bench.report;

import dev.sluice.plugin.bench.replay.Outcomes;
import dev.sluice.plugin.bench.replay.Perturbation.Resize;
import dev.sluice.plugin.bench.trace.TraceRequest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Who held how many slots when, in equal bins of the time to the last arrival. Immutable. */
final class Occupancy {
  static final int BINS = 90;

  private static final double NANOS = 1e9;

  private final Outcomes outcomes;
  private final double binNanos;
  private final Map<String, double[]> tenants = new TreeMap<>();

  private Occupancy(Outcomes outcomes) {
    this.outcomes = outcomes;
    this.binNanos = Math.max(1, outcomes.trace().spanNanos() / (double) BINS);
  }

  static Occupancy of(Outcomes outcomes) {
    Occupancy occupancy = new Occupancy(outcomes);
    List<TraceRequest> requests = outcomes.trace().requests();
    for (int id = 0; id < requests.size(); id++) {
      if (outcomes.started(id)) {
        occupancy.add(requests.get(id), (double) outcomes.startedNanos()[id]);
      }
    }
    return occupancy;
  }

  private void add(TraceRequest request, double from) {
    double until = from + outcomes.plan().service().nanos(request);
    double[] own = tenants.computeIfAbsent(request.tenant(), name -> new double[BINS]);
    for (int bin = (int) (from / binNanos); bin < BINS && bin * binNanos < until; bin++) {
      own[bin] += (Math.min(until, (bin + 1) * binNanos) - Math.max(from, bin * binNanos)) / binNanos;
    }
  }

  /** The middle of each bin, in seconds. */
  double[] seconds() {
    double[] seconds = new double[BINS];
    Arrays.setAll(seconds, bin -> (bin + 0.5) * binNanos / NANOS);
    return seconds;
  }

  /** Mean slots in use in each bin. */
  double[] all() {
    double[] all = new double[BINS];
    tenants.values().forEach(own -> Arrays.setAll(all, bin -> all[bin] + own[bin]));
    return all;
  }

  /** Slots that there are in the middle of each bin. */
  double[] capacity() {
    double[] capacity = new double[BINS];
    for (int bin = 0; bin < BINS; bin++) {
      double part = 1;
      for (Resize resize : outcomes.plan().perturbation().resizes()) {
        part = resize.atNanos() <= (bin + 0.5) * binNanos ? resize.part() : part;
      }
      capacity[bin] = outcomes.plan().slots() * part;
    }
    return capacity;
  }

  /** Part of all slots held by the busiest {@code most} tenants, the busiest first, then by all others together. */
  Map<String, double[]> shares(int most) {
    double slots = outcomes.plan().slots();
    List<Map.Entry<String, double[]>> sorted = new ArrayList<>(tenants.entrySet());
    sorted.sort((a, b) -> Double.compare(Arrays.stream(b.getValue()).sum(), Arrays.stream(a.getValue()).sum()));
    Map<String, double[]> shares = new LinkedHashMap<>();
    for (int i = 0; i < sorted.size(); i++) {
      String name = i < most ? sorted.get(i).getKey() : sorted.size() - most + " others";
      double[] share = shares.computeIfAbsent(name, key -> new double[BINS]);
      double[] own = sorted.get(i).getValue();
      Arrays.setAll(share, bin -> share[bin] + own[bin] / slots);
    }
    return shares;
  }
}
