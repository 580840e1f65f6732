// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.entitle;

import dev.sluice.plugin.answer.Refusal;
import dev.sluice.routing.Entitlement;
import dev.sluice.routing.rule.RoutingRule;
import dev.sluice.routing.trust.Claim;
import java.util.Optional;
import java.util.Set;

/** What a sender may do here and now. Immutable. */
public sealed interface Standing {
  /**
   * It is known.
   *
   * @param entitlement with the account, traits and terms that hold for this request; the terms always have a level
   * @param rule the routing rule that gave terms, if one did
   * @param origin what the level comes from
   * @param shift what time windows added to the level; 0 where the level is a trusted header's
   * @param believed headers that were there and counted
   */
  record Known(Entitlement entitlement, Optional<RoutingRule> rule, Origin origin, int shift, Set<Claim> believed) implements Standing {
    public Known {
      believed = Set.copyOf(believed);
    }
  }

  /** What a trusted sender says of the request can't be read one way. */
  record Unclear(Refusal refusal) implements Standing {}

  /** What a level comes from. */
  enum Origin {
    /** The key's own terms. */
    KEY,
    /** The first routing rule that matches. */
    RULE,
    /** {@code scheduler.default_priority}. */
    DEFAULT,
    /** {@code x-sluice-priority} of a trusted sender. */
    TRUSTED_HEADER
  }
}
