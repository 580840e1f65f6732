// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.bench.replay;

import dev.sluice.plugin.bench.trace.Trace;
import dev.sluice.plugin.bench.trace.TraceRequest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * What goes wrong during a replay. Immutable.
 *
 * @param abortPart part of the callers that leave after an exponential 10 s if they still wait; 0..1
 * @param lostPart part of the ends that the policy never hears of; 0..1
 * @param noiseSigma of the log-normal factor on expected output; 0 for none
 * @param resizes changes of capacity, by time
 * @param surgeSeconds how long the busiest tenant sends ten times as much, from a third of the trace on; 0 for never
 * @param retries attempts after a refusal, each after the time the refusal named; 0 for open loop
 */
public record Perturbation(
    double abortPart, double lostPart, double noiseSigma, List<Resize> resizes, long surgeSeconds, int retries) {
  public static final Perturbation NONE = new Perturbation(0, 0, 0, List.of(), 0, 0);

  private static final long SECOND = 1_000_000_000L;

  public Perturbation {
    resizes = List.copyOf(resizes);
  }

  /**
   * A change of capacity. Immutable.
   *
   * @param atNanos since the trace began
   * @param part of the slots that there are from then on; 0 for a provider that is down
   */
  public record Resize(long atNanos, double part) {}

  /** The perturbation of a name: none, aborts, halved, down, surge, noise, lost or retries. */
  public static Perturbation named(String name, Trace trace) {
    long third = trace.spanNanos() / 3;
    return switch (name) {
      case "none" -> NONE;
      case "aborts" -> new Perturbation(0.05, 0, 0, List.of(), 0, 0);
      case "halved" -> new Perturbation(0, 0, 0, List.of(new Resize(third, 0.5), new Resize(third + 120 * SECOND, 1)), 0, 0);
      case "down" -> new Perturbation(0, 0, 0, List.of(new Resize(third, 0), new Resize(third + 60 * SECOND, 1)), 0, 0);
      case "surge" -> new Perturbation(0, 0, 0, List.of(), 300, 0);
      case "noise" -> new Perturbation(0, 0, 0.5, List.of(), 0, 0);
      case "lost" -> new Perturbation(0, 0.01, 0, List.of(), 0, 0);
      case "retries" -> new Perturbation(0, 0, 0, List.of(), 0, 2);
      default -> throw new IllegalArgumentException(
          "perturb: " + name + " (expected: none, aborts, halved, down, surge, noise, lost or retries)");
    };
  }

  /** The trace with the surge in it. */
  Trace applied(Trace trace, SplittableRandom random) {
    if (surgeSeconds == 0 || trace.requests().isEmpty()) {
      return trace;
    }
    String busiest = busiest(trace);
    long from = trace.spanNanos() / 3;
    List<TraceRequest> requests = new ArrayList<>(trace.requests());
    for (TraceRequest request : trace.requests()) {
      if (request.tenant().equals(busiest) && request.arrivalNanos() >= from && request.arrivalNanos() < from + surgeSeconds * SECOND) {
        for (int copy = 1; copy < 10; copy++) {
          long at = Math.min(trace.spanNanos(), request.arrivalNanos() + random.nextLong(SECOND));
          requests.add(new TraceRequest(
              at, busiest, request.lane(), request.inputTokens(), request.outputTokens(), request.maxOutputTokens()));
        }
      }
    }
    return new Trace(trace.name(), trace.digest(), requests);
  }

  private static String busiest(Trace trace) {
    Map<String, Long> counts = new TreeMap<>();
    trace.requests().forEach(request -> counts.merge(request.tenant(), 1L, Long::sum));
    return Collections.max(counts.entrySet(), Map.Entry.comparingByValue()).getKey();
  }
}
