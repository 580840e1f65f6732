// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.bench;

import dev.sluice.plugin.bench.replay.Contender;
import dev.sluice.plugin.bench.replay.ExpectedOutput;
import dev.sluice.plugin.bench.replay.LaneGoal;
import dev.sluice.plugin.bench.replay.ServiceModel;
import dev.sluice.plugin.bench.trace.Trace;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Supplier;

/**
 * What a bench runs: every policy at every load with every seed. Immutable.
 *
 * @param loads offered work by capacity, each more than 0; the load that {@code capacity} comes to, if that is given, is their place
 * @param policies by the name that reports show
 * @param perturbation a name that {@link dev.sluice.plugin.bench.replay.Perturbation#named} knows
 * @param capacity slots, where they are given and not computed from loads
 * @param config SHA-256 of the configuration file that is one of the policies, if one is
 */
public record BenchPlan(
    ServiceModel service,
    List<LaneGoal> goals,
    List<Double> loads,
    List<Long> seeds,
    Map<String, Entrant> policies,
    String perturbation,
    OptionalInt capacity,
    Optional<String> config) {
  /** A plan of loads, without a configuration. */
  public BenchPlan(
      ServiceModel service, List<LaneGoal> goals, List<Double> loads, List<Long> seeds, Map<String, Entrant> policies, String perturbation) {
    this(service, goals, loads, seeds, policies, perturbation, OptionalInt.empty(), Optional.empty());
  }

  public BenchPlan {
    goals = List.copyOf(goals);
    loads = List.copyOf(loads);
    seeds = List.copyOf(seeds);
    policies = Collections.unmodifiableMap(new LinkedHashMap<>(policies));
  }

  /** A number of slots and the load that a trace puts on them. Immutable. */
  public record Size(double load, int slots) {}

  /** What to replay a trace on, one after the other. */
  public List<Size> sizes(Trace trace) {
    return capacity.isPresent()
        ? List.of(new Size(Math.rint(service.load(trace, capacity.getAsInt()) * 1e3) / 1e3, capacity.getAsInt()))
        : loads.stream().map(load -> new Size(load, service.slots(trace, load))).toList();
  }

  /**
   * A policy and what it is told of answers. Immutable.
   *
   * @param expected a new one for every replay
   */
  public record Entrant(Contender.Factory policy, Supplier<ExpectedOutput> expected) {}
}
