// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.store;

import dev.sluice.routing.Entitlement;

/** What one layer says about one key. Immutable. */
public sealed interface LayerAnswer {
  /** A layer knows that nobody has the key. */
  LayerAnswer KNOWN_ABSENT = new KnownAbsent();

  /** A layer does not hold the key, which says nothing about whether it exists. */
  LayerAnswer MISS = new Miss();

  /** The key exists. */
  record Found(Entitlement entitlement) implements LayerAnswer {}

  /** The key does not exist. */
  record KnownAbsent() implements LayerAnswer {}

  /** The layer works but cannot say. */
  record Miss() implements LayerAnswer {}

  /** The layer does not work. */
  record Failed(FailureCause cause) implements LayerAnswer {}
}
