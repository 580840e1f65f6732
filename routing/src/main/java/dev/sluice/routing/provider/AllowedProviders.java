// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.provider;

import dev.sluice.routing.provider.Resolution.Serving;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Who may get a request: several lists, each of which must allow a provider. Immutable.
 *
 * <p>An entry of a list is a provider's name, or {@code region:} and a region, which stands for every provider in that region; an empty
 * list allows everybody. Where requests may be processed is a list of regions besides, which no provider's name gets around.
 *
 * @param lists of API key and route
 * @param regions where requests may be processed; empty for anywhere
 */
public record AllowedProviders(List<Set<String>> lists, Set<String> regions) {
  /** What an entry begins with that names a region. */
  public static final String REGION = "region:";

  public AllowedProviders {
    lists = lists.stream().map(Set::copyOf).toList();
    regions = Set.copyOf(regions);
  }

  /** Whether everybody may. */
  public boolean everybody() {
    return regions.isEmpty() && lists.stream().allMatch(Set::isEmpty);
  }

  /** The names of those that may. */
  public Set<String> among(List<Serving> servings) {
    Set<String> names = new HashSet<>();
    for (Serving serving : servings) {
      if (allows(serving.provider().metadata())) {
        names.add(serving.provider().name());
      }
    }
    return names;
  }

  private boolean allows(ProviderMetadata provider) {
    return provider.resides(regions) && lists.stream().allMatch(list -> list.isEmpty() || list.contains(provider.name()) || !regionsOf(list, provider).isEmpty());
  }

  private static Set<String> regionsOf(Set<String> list, ProviderMetadata provider) {
    Set<String> common = new HashSet<>(provider.regions());
    common.removeIf(region -> !list.contains(REGION + region));
    return common;
  }

  /**
   * Where a provider that may get the request is to process it: of its regions those that every list leaves; empty for anywhere, also
   * for one that may not get it.
   */
  public Set<String> regionsFor(ProviderMetadata provider) {
    Set<String> left = new HashSet<>(provider.regions());
    boolean bound = !regions.isEmpty();
    if (bound) {
      left.retainAll(regions);
    }
    for (Set<String> list : lists) {
      if (!list.isEmpty() && !list.contains(provider.name())) {
        left.retainAll(regionsOf(list, provider));
        bound = true;
      }
    }
    return bound ? Set.copyOf(left) : Set.of();
  }
}
