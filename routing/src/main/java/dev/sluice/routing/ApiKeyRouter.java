// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing;

import java.time.Instant;

/**
 * Judges API keys: looks each up in a store and checks status and expiry at every call, so that a store's cache can delay
 * news about a key but never outlive its expiry. A key that was revoked is as unknown as one that never was: whoever found it learns nothing
 * about it. Thread-safe if the store is.
 */
public final class ApiKeyRouter {
  private final KeyStore store;

  /** A router that asks {@code store}. */
  public ApiKeyRouter(KeyStore store) {
    this.store = store;
  }

  /** What {@code key} may do at {@code now}. A key is valid before the instant it expires, and no longer at it. */
  public RouteDecision route(ApiKey key, Instant now) {
    return judge(store.find(key), now);
  }

  /** What a store's answer comes to at {@code now}. */
  public static RouteDecision judge(Lookup lookup, Instant now) {
    return switch (lookup) {
      case Lookup.Hit hit -> judge(hit.entitlement(), now);
      case Lookup.KnownAbsent absent -> new RouteDecision.Denied(DenyReason.UNKNOWN);
      case Lookup.Failed failed -> new RouteDecision.Unavailable(failed.cause());
      case Lookup.Busy busy -> new RouteDecision.Busy(busy.cause());
      case Lookup.Pending pending -> new RouteDecision.Pending(pending.answer());
    };
  }

  private static RouteDecision judge(Entitlement entitlement, Instant now) {
    return switch (entitlement.status()) {
      case REVOKED -> new RouteDecision.Denied(DenyReason.UNKNOWN);
      case SUSPENDED -> new RouteDecision.Denied(DenyReason.SUSPENDED);
      case ACTIVE ->
          entitlement.expiresAt().filter(end -> !now.isBefore(end)).isPresent()
              ? new RouteDecision.Denied(DenyReason.EXPIRED)
              : new RouteDecision.Entitled(entitlement);
    };
  }
}
