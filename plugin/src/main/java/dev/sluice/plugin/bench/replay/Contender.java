// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.bench.replay;

/** A policy under test: hears what happens to requests and says on the stage which of them starts or is refused. Not thread-safe. */
public interface Contender {
  /** Request {@code id} of the trace arrives, possibly again after a refusal. */
  void arrive(int id);

  /** A request that was started has ended, and so has its slot. */
  void ended(int id);

  /** The caller of a request that waits has left. */
  void abandoned(int id);

  /** The provider has so many slots from now on; requests that run go on. 0 means it is down. */
  void resized(int slots);

  /** Makes a policy that plays on {@code stage}. */
  @FunctionalInterface
  interface Factory {
    Contender create(Stage stage);
  }
}
