// SPDX-License-Identifier: Apache-2.0
/**
 * The marketplace as a provider: its configuration, and the type {@code marketplace} of the service interface. There is one, by the name
 * {@code marketplace}, and none at all unless it is enabled.
 */
@NullMarked
package dev.sluice.routing.marketplace.provider;

import org.jspecify.annotations.NullMarked;
