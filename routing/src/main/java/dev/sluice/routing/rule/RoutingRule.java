// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.rule;

import dev.sluice.routing.Terms;
import dev.sluice.routing.Traits;
import java.util.Comparator;
import java.util.Optional;

/**
 * One routing rule. Immutable.
 *
 * @param id its name, unique among the rules of its source
 * @param order its place among the rules, the least first; ids decide between equal ones
 * @param match the traits that a sender must have; what is empty here is not asked
 * @param key the keys it is about; empty for all
 * @param terms what it gives where the key settles nothing
 */
public record RoutingRule(String id, int order, Traits match, Optional<KeyPattern> key, Terms terms) {
  /** The order in which rules are asked. */
  public static final Comparator<RoutingRule> ORDER = Comparator.comparingInt(RoutingRule::order).thenComparing(RoutingRule::id);

  public RoutingRule {
    if (id.isBlank()) {
      throw new IllegalArgumentException("id: blank (expected: a name)");
    }
  }

  /** Whether this rule is about the key of this id, whose bearer has these traits. */
  public boolean matches(String keyId, Traits traits) {
    return match.agreesWith(traits) && (key.isEmpty() || key.get().matches(keyId));
  }
}
