// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.provider;

import java.util.List;
import java.util.Optional;

/**
 * A model as one provider serves it. Immutable.
 *
 * @param model canonical name, or {@link #ANY}
 * @param upstreamModel the provider's own name; empty if it is the same
 * @param aliases further names callers may use
 */
public record ServedModel(
    String model, Optional<String> upstreamModel, List<String> aliases, ModelLimits limits, Pace pace) {
  /** Stands for every model that no provider names. */
  public static final String ANY = "*";

  public ServedModel {
    aliases = List.copyOf(aliases);
  }

  /** The name to send to the provider when a caller asked for {@code requested}. */
  public String upstreamName(String requested) {
    return upstreamModel.orElse(model.equals(ANY) ? requested : model);
  }
}
