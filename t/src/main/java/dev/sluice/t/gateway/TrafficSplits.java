// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.gateway;

import dev.sluice.t.gateway.config.Plugin.TrafficSplit;
import dev.sluice.t.gateway.config.Route;
import dev.sluice.t.gateway.config.Upstream;

/** The access phase: which upstream carries a request. Stateless. */
final class TrafficSplits {
  private TrafficSplits() {}

  /** The first rule that matches decides; without one the route's own upstream does. */
  static Upstream choose(Route route, Variables variables, RoundRobins roundRobins) {
    for (TrafficSplit.Rule rule : route.split().rules()) {
      if (matches(rule, variables)) {
        if (rule.targets().isEmpty()) {
          return route.upstream();
        }
        return switch (roundRobins.pick(rule.targets(), TrafficSplit.Target::weight)) {
          case TrafficSplit.Target.Named(Upstream upstream, int weight) -> upstream;
          case TrafficSplit.Target.RouteDefault routeDefault -> route.upstream();
        };
      }
    }
    return route.upstream();
  }

  private static boolean matches(TrafficSplit.Rule rule, Variables variables) {
    return rule.matches().isEmpty()
        || rule.matches().stream().anyMatch(
            match -> match.conditions().stream().allMatch(condition -> holds(condition, variables)));
  }

  private static boolean holds(TrafficSplit.Condition condition, Variables variables) {
    boolean same = variables.asText(condition.variable()).map(condition.value()::equals).orElse(false);
    return same == condition.equal();
  }
}
