// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.window;

import dev.sluice.routing.Traits;
import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * What a window, or a manual override, changes; what is empty stays. Immutable.
 *
 * @param match whose requests get another level or quota; the rest is for everybody
 * @param levelDelta added to the level, below 0 for more important; the sum is kept within the levels there are
 * @param weights shares of the lanes, one for each level; empty for none
 */
public record WindowEffects(
    Traits match, OptionalInt levelDelta, Optional<BigDecimal> quotaMultiplier, List<Integer> weights, Capacity capacity) {
  /** Changes nothing. */
  public static final WindowEffects NONE =
      new WindowEffects(Traits.NONE, OptionalInt.empty(), Optional.empty(), List.of(), Capacity.UNCHANGED);

  public WindowEffects {
    weights = List.copyOf(weights);
    if (quotaMultiplier.isPresent() && quotaMultiplier.get().signum() <= 0) {
      throw new IllegalArgumentException("quotaMultiplier: " + quotaMultiplier.get() + " (expected: > 0)");
    }
    if (weights.stream().anyMatch(weight -> weight < 1)) {
      throw new IllegalArgumentException("weights: " + weights + " (expected: each >= 1)");
    }
  }

  /** Whether this would change anything. */
  public boolean changesNothing() {
    return levelDelta.isEmpty() && quotaMultiplier.isEmpty() && weights.isEmpty() && capacity.changesNothing();
  }

  /**
   * Other limits for some providers and models. Immutable.
   *
   * @param providers names; empty means all
   * @param models names as the configuration has them; empty means all
   */
  public record Capacity(
      Set<String> providers,
      Set<String> models,
      Optional<Amount> tokensPerSecond,
      Optional<Amount> requestsPerSecond,
      Optional<Amount> maxConcurrent) {
    /** The limits stay. */
    public static final Capacity UNCHANGED =
        new Capacity(Set.of(), Set.of(), Optional.empty(), Optional.empty(), Optional.empty());

    public Capacity {
      providers = Set.copyOf(providers);
      models = Set.copyOf(models);
    }

    boolean changesNothing() {
      return tokensPerSecond.isEmpty() && requestsPerSecond.isEmpty() && maxConcurrent.isEmpty();
    }

    boolean concerns(String provider, String model) {
      return (providers.isEmpty() || providers.contains(provider)) && (models.isEmpty() || models.contains(model));
    }
  }
}
