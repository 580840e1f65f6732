// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.provider;

import java.util.List;

/** What a requested model's name comes to. Immutable. */
public sealed interface Resolution {
  /**
   * Somebody serves it.
   *
   * @param model canonical name; {@link ServedModel#ANY} for models that only an any-model entry serves, so that callers
   *     cannot make up new ones
   * @param servings in the order configured, at least one
   */
  record Served(String model, List<Serving> servings) implements Resolution {
    public Served {
      servings = List.copyOf(servings);
    }
  }

  /** Nobody serves it. */
  record Unknown() implements Resolution {}

  /** One provider's offer of one model. */
  record Serving(Provider provider, ServedModel served) {}
}
