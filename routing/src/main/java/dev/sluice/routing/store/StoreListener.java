// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.store;

/** Hears what layers answer. Called on the thread that asks, which may be an event loop; implementations are thread-safe and quick. */
public interface StoreListener {
  /** Hears nothing. */
  StoreListener NONE = new StoreListener() {};

  /** A layer was asked. */
  default void answered(Layer layer, LayerAnswer answer) {}

  /** A store is trusted again, or no longer. */
  default void trusted(Layer store, boolean trusted) {}
}
