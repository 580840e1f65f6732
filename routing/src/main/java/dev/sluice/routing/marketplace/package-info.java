// SPDX-License-Identifier: Apache-2.0
/**
 * Capacity that third parties sell, off by default.
 *
 * <p>A {@link dev.sluice.routing.marketplace.SupplyBook} holds what is on offer and what of it the operator's own rules allow: a
 * supply whose endpoint has no declared upstream, lies outside the allowed regions, or costs too much is never used. {@link
 * dev.sluice.routing.marketplace.SupplierScore} ranks the rest, with a little chance so that not all gateways run to the same one.
 * At dispatch a {@link dev.sluice.routing.marketplace.Marketplace} asks for a {@link dev.sluice.routing.marketplace.Quote} and so
 * turns an admitted request into a purchase; what it came to is reported through the outbox.
 *
 * <p>Everything that leaves passes three gates, in this order: consent ({@code consent}), the breaker, and the allow-list serializer
 * ({@code wire}). Nothing here knows the gateway: where a request goes is the name of an upstream.
 */
@NullMarked
package dev.sluice.routing.marketplace;

import org.jspecify.annotations.NullMarked;
