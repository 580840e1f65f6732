// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing;

import java.util.concurrent.CompletableFuture;

/** A store's answer about one key. Immutable. */
public sealed interface Lookup {
  /** The store knows the key. */
  record Hit(Entitlement entitlement) implements Lookup {}

  /** The store is certain that nobody has this key. */
  record KnownAbsent() implements Lookup {}

  /**
   * The store could not tell.
   *
   * @param cause what failed, for the log; never part of a key
   */
  record Failed(String cause) implements Lookup {}

  /**
   * The stores can tell, but not now: too many ask at once, or the key was just changed and its new state is not read yet. Asking again soon
   * helps; it is no reason for a degraded mode.
   *
   * @param cause what is short, for the log; never part of a key
   */
  record Busy(String cause) implements Lookup {}

  /**
   * The answer is not in memory and is being fetched.
   *
   * @param answer completes with any other case, never exceptionally and never with this one, on a thread that must not be held up
   */
  record Pending(CompletableFuture<Lookup> answer) implements Lookup {}
}
