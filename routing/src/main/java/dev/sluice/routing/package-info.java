// SPDX-License-Identifier: Apache-2.0
/**
 * Who is calling and what may he do: API key to entitlement.
 *
 * <p>{@link dev.sluice.routing.ApiKeyRouter} asks a {@link dev.sluice.routing.KeyStore} for the {@link
 * dev.sluice.routing.Entitlement} behind an {@link dev.sluice.routing.ApiKey} and judges it at the present instant, so neither
 * an expiry nor a revocation is ever hidden by a cache. A store answers with one of three things that must not be confused:
 * the entitlement, the certainty that there is none, or that it could not tell. Only the last may lead to a degraded mode; an
 * unknown key is unknown in every mode.
 *
 * <p>{@code key} holds the store that needs no database, {@code provider} the models and who serves them, {@code config} the
 * reading of configuration files. Nothing here knows the scheduler or the gateway.
 */
@NullMarked
package dev.sluice.routing;

import org.jspecify.annotations.NullMarked;
