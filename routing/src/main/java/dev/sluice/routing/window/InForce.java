// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.window;

import dev.sluice.routing.Traits;
import dev.sluice.routing.provider.ModelLimits;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;

/**
 * What override and windows change at one time. Immutable.
 *
 * @param active ids of the windows that are on, in order
 * @param effects what they change, after the manual override if there is one; later ones win
 * @param until the first instant at which this may no longer be so; empty for never
 */
public record InForce(List<String> active, List<WindowEffects> effects, Optional<Instant> until) {
  /** The configuration alone. */
  public static final InForce NOTHING = new InForce(List.of(), List.of(), Optional.empty());

  public InForce {
    active = List.copyOf(active);
    effects = List.copyOf(effects);
  }

  /** What is added to the level of requests of {@code traits}; 0 for nothing. */
  public int levelDelta(Traits traits) {
    int delta = 0;
    for (WindowEffects effect : effects) {
      OptionalInt own = effect.levelDelta();
      if (own.isPresent() && effect.match().agreesWith(traits)) {
        delta = own.getAsInt();
      }
    }
    return delta;
  }

  /** {@code level}, shifted for requests of {@code traits} and kept within {@code levels}. */
  public int level(int level, Traits traits, int levels) {
    return effects.isEmpty() ? level : Math.clamp((long) level + levelDelta(traits), 0, levels - 1);
  }

  /** What quotas of requests of {@code traits} are multiplied by. */
  public Optional<BigDecimal> quotaMultiplier(Traits traits) {
    Optional<BigDecimal> multiplier = Optional.empty();
    for (WindowEffects effect : effects) {
      if (effect.quotaMultiplier().isPresent() && effect.match().agreesWith(traits)) {
        multiplier = effect.quotaMultiplier();
      }
    }
    return multiplier;
  }

  /** The shares of the lanes, one for each of {@code levels}; empty if the configured ones hold. */
  public Optional<List<Integer>> weights(int levels) {
    Optional<List<Integer>> weights = Optional.empty();
    for (WindowEffects effect : effects) {
      if (effect.weights().size() == levels) {
        weights = Optional.of(effect.weights());
      }
    }
    return weights;
  }

  /** The limits of a provider for a model, made of those configured. */
  public ModelLimits limits(String provider, String model, ModelLimits configured) {
    List<WindowEffects.Capacity> concerning =
        effects.stream().map(WindowEffects::capacity).filter(capacity -> capacity.concerns(provider, model)).toList();
    if (concerning.isEmpty()) {
      return configured;
    }
    return new ModelLimits(
        last(concerning, WindowEffects.Capacity::tokensPerSecond, configured.tokensPerSecond()),
        lastInt(concerning, WindowEffects.Capacity::requestsPerSecond, configured.requestsPerSecond()),
        lastInt(concerning, WindowEffects.Capacity::maxConcurrent, configured.maxConcurrent()),
        configured.maxContextTokens());
  }

  private static long last(
      List<WindowEffects.Capacity> capacities, Function<WindowEffects.Capacity, Optional<Amount>> field, long configured) {
    long value = configured;
    for (WindowEffects.Capacity capacity : capacities) {
      Optional<Amount> amount = field.apply(capacity);
      if (amount.isPresent()) {
        value = amount.get().of(configured);
      }
    }
    return value;
  }

  /** As {@link #last}; what is not limited stays so. */
  private static int lastInt(
      List<WindowEffects.Capacity> capacities, Function<WindowEffects.Capacity, Optional<Amount>> field, int configured) {
    long unlimited = configured == Integer.MAX_VALUE ? Long.MAX_VALUE : configured;
    return (int) Math.min(Integer.MAX_VALUE, last(capacities, field, unlimited));
  }
}
