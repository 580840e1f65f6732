// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing;

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
}
