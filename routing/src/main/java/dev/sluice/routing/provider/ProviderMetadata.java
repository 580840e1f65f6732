// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.provider;

import java.util.Set;

/**
 * What never changes about a provider. Immutable.
 *
 * @param name unique in a catalogue; what API keys, routes, metrics and decisions call it
 * @param type what its {@link ProviderFactory} calls itself
 * @param regions where requests sent to it may be processed; empty if nobody said
 */
public record ProviderMetadata(String name, String type, Set<String> regions) {
  public ProviderMetadata {
    if (name.isBlank() || type.isBlank()) {
      throw new IllegalArgumentException("name or type: blank (expected: a name)");
    }
    regions = Set.copyOf(regions);
  }

  /**
   * Whether a request that must stay in one of {@code allowed} may come here: data residency, a condition and no preference. A
   * provider that does not say where it is satisfies none. A provider in several regions then keeps to {@link
   * TargetRequest#regions}.
   *
   * @param allowed empty for a request that may go anywhere
   */
  public boolean resides(Set<String> allowed) {
    return allowed.isEmpty() || regions.stream().anyMatch(allowed::contains);
  }
}
