// SPDX-License-Identifier: Apache-2.0
/**
 * Models and who serves them.
 *
 * <p>A {@link dev.sluice.routing.provider.LocalProvider} is what the operator wrote about one upstream: its models, their
 * capacity and pace, and how a request must look to be accepted there. A {@link dev.sluice.routing.provider.ProviderCatalog} is
 * all of them at one version, and turns the name a caller uses into a canonical model and its providers. Everything is
 * immutable but the secrets in {@link dev.sluice.routing.provider.Credentials}, which follow their files.
 */
@NullMarked
package dev.sluice.routing.provider;

import org.jspecify.annotations.NullMarked;
