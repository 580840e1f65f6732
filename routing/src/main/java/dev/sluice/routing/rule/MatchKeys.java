// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.rule;

import dev.sluice.routing.Traits;
import dev.sluice.routing.config.Key;
import dev.sluice.routing.config.Kinds;
import dev.sluice.routing.config.Values;
import java.util.List;

/** The keys that say whom a rule or a time window is about. Immutable. */
public final class MatchKeys {
  /** The longest value of a trait. */
  public static final int TRAIT_CHARS = 64;

  private static final Key<String> ORGANISATION = trait("organisation", "Only requests of this organisation.");
  private static final Key<String> TEAM = trait("team", "Only requests of this team.");
  private static final Key<String> ENVIRONMENT = trait("environment", "Only requests of this environment.");
  private static final Key<String> TIER = trait("tier", "Only requests of this tier.");
  private static final Key<String> ACCOUNT_TYPE = trait("account_type", "Only requests of accounts of this type.");
  private static final Key<String> WORKLOAD_TAG = trait("workload_tag", "Only requests with this workload tag.");

  /** All of them. */
  public static final List<Key<?>> KEYS = List.of(ORGANISATION, TEAM, ENVIRONMENT, TIER, ACCOUNT_TYPE, WORKLOAD_TAG);

  private MatchKeys() {}

  private static Key<String> trait(String name, String doc) {
    return Key.optional("match_" + name, Kinds.name(TRAIT_CHARS), "any", doc);
  }

  /** The traits that a section asks for. */
  public static Traits traits(Values values) {
    return new Traits(
        values.find(ORGANISATION),
        values.find(TEAM),
        values.find(ENVIRONMENT),
        values.find(TIER),
        values.find(ACCOUNT_TYPE),
        values.find(WORKLOAD_TAG));
  }
}
