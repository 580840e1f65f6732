// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.bench.replay;

import java.util.List;
import java.util.function.Supplier;

/**
 * How to replay a trace. Immutable.
 *
 * @param slots of the provider; at least 1
 * @param goals by lane, at least one for each lane of the trace
 * @param expected what the policies are told of answers; one a replay
 * @param seed of all chance in the perturbation
 */
public record ReplayPlan(
    ServiceModel service, List<LaneGoal> goals, int slots, Supplier<ExpectedOutput> expected, Perturbation perturbation, long seed) {
  public ReplayPlan {
    goals = List.copyOf(goals);
  }
}
