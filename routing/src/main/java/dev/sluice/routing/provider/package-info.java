// SPDX-License-Identifier: Apache-2.0
/**
 * Models and who serves them.
 *
 * <p>A {@link dev.sluice.routing.provider.Provider} is the service interface: what a provider can take of a model, how it fares, what it
 * is, and where a request for it goes, asked when the request is dispatched. Its type is a {@link
 * dev.sluice.routing.provider.ProviderFactory} on the class path; the type {@code local} is an upstream as the operator describes it. The
 * {@link dev.sluice.routing.provider.ProviderRegistry} holds the open ones, a {@link dev.sluice.routing.provider.ProviderCatalog} is all of
 * them at one version, and turns the name a caller uses into a canonical model and its providers.
 */
@NullMarked
package dev.sluice.routing.provider;

import org.jspecify.annotations.NullMarked;
