// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.bench;

import dev.sluice.plugin.bench.replay.Contender;
import dev.sluice.plugin.bench.replay.ExpectedOutput;
import dev.sluice.plugin.bench.replay.LaneGoal;
import dev.sluice.plugin.bench.replay.ServiceModel;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * What a bench runs: every policy at every load with every seed. Immutable.
 *
 * @param loads offered work by capacity, each more than 0
 * @param policies by the name that reports show
 * @param perturbation a name that {@link dev.sluice.plugin.bench.replay.Perturbation#named} knows
 */
public record BenchPlan(
    ServiceModel service,
    List<LaneGoal> goals,
    List<Double> loads,
    List<Long> seeds,
    Map<String, Entrant> policies,
    String perturbation) {
  public BenchPlan {
    goals = List.copyOf(goals);
    loads = List.copyOf(loads);
    seeds = List.copyOf(seeds);
    policies = java.util.Collections.unmodifiableMap(new java.util.LinkedHashMap<>(policies));
  }

  /**
   * A policy and what it is told of answers. Immutable.
   *
   * @param expected a new one for every replay
   */
  public record Entrant(Contender.Factory policy, Supplier<ExpectedOutput> expected) {}
}
