// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.admin.api;

import dev.sluice.plugin.admission.Preview.Step;
import dev.sluice.plugin.protocol.Headers;
import dev.sluice.routing.Entitlement;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/** What decides about a request before it is placed: keys, rules, trusted networks, quotas. Implementations are thread-safe and may block. */
public interface DecisionSources {
  /**
   * An entitlement with the terms in effect.
   *
   * @param steps what settled the level so far, in order; empty if nothing but the key itself had a say
   */
  record InEffect(Entitlement entitlement, List<Step> steps) {
    public InEffect {
      steps = List.copyOf(steps);
    }
  }

  /** What the key of this id may do. */
  Optional<Entitlement> key(String id);

  /** The entitlement after rules, trusted headers and time windows, as the filters would have it. */
  default InEffect inEffect(Entitlement entitlement, Headers headers, InetAddress peer) {
    return new InEffect(entitlement, List.of());
  }

  /** The quotas that a request under the entitlement draws on. */
  default List<ObjectNode> quotas(Entitlement entitlement) {
    return List.of();
  }
}
