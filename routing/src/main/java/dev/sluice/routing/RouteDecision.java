// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing;

/** What a key comes to at one instant. Immutable. */
public sealed interface RouteDecision {
  /** The key is good. */
  record Entitled(Entitlement entitlement) implements RouteDecision {}

  /** The key is known not to be good. */
  record Denied(DenyReason reason) implements RouteDecision {}

  /**
   * Nobody could tell.
   *
   * @param cause what failed, for the log; never part of a key
   */
  record Unavailable(String cause) implements RouteDecision {}
}
