// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin;

import dev.sluice.plugin.admin.api.DecisionSources;
import dev.sluice.plugin.admission.Preview.Step;
import dev.sluice.plugin.entitle.Standing;
import dev.sluice.plugin.entitle.Standings;
import dev.sluice.plugin.protocol.Headers;
import dev.sluice.routing.Entitlement;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/** Adds to what {@code sources} know what rules, trusted headers and time windows make of a sender. Thread-safe if they are. */
record SenderDecisions(DecisionSources sources, Standings standings) implements DecisionSources {
  @Override
  public Optional<Entitlement> key(String id) {
    return sources.key(id);
  }

  @Override
  public InEffect inEffect(Entitlement entitlement, Headers headers, InetAddress peer) {
    return switch (standings.of(entitlement, headers, peer)) {
      case Standing.Known known -> new InEffect(known.entitlement(), steps(known));
      case Standing.Unclear unclear -> new InEffect(entitlement, List.of());
    };
  }

  private static List<Step> steps(Standing.Known known) {
    int level = known.entitlement().terms().level().orElse(0);
    String origin =
        switch (known.origin()) {
          case KEY -> "key";
          case RULE -> "rule " + known.rule().map(rule -> rule.id()).orElse("");
          case DEFAULT -> "scheduler.default_priority";
          case TRUSTED_HEADER -> "trusted header x-sluice-priority";
        };
    List<Step> steps = new ArrayList<>();
    steps.add(new Step(origin, level - known.shift()));
    if (known.shift() != 0) {
      steps.add(new Step("time window", level));
    }
    return steps;
  }

  @Override
  public List<ObjectNode> quotas(Entitlement entitlement) {
    return sources.quotas(entitlement);
  }
}
