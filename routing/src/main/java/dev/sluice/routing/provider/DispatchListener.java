// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.provider;

/** Hears how a dispatched request ended. Thread-safe. */
@FunctionalInterface
public interface DispatchListener {
  /** Cares for nothing. */
  DispatchListener NONE = end -> {};

  /** Called exactly once for each {@link TargetAnswer.Send}, by a thread that must not be held up. */
  void ended(DispatchEnd end);
}
