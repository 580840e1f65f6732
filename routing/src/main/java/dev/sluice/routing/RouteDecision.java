// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing;

import java.util.concurrent.CompletableFuture;

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

  /**
   * Somebody can tell, but not now; never a reason for a degraded mode.
   *
   * @param cause what is short, for the log; never part of a key
   */
  record Busy(String cause) implements RouteDecision {}

  /**
   * The key is being looked up; {@link ApiKeyRouter#judge} makes a decision of the answer.
   *
   * @param answer as {@link Lookup.Pending} says
   */
  record Pending(CompletableFuture<Lookup> answer) implements RouteDecision {}
}
