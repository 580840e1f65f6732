// SPDX-License-Identifier: Apache-2.0
/**
 * The filter {@code ai-token-router}: whose request is it, and what may it do.
 *
 * <p>It reads the caller's API key and asks the key router, or takes the consumer that APISIX has authenticated; {@link
 * dev.sluice.plugin.entitle.Standings} makes of that what holds for this request, which is left with it for the filters behind.
 * A request without a valid key or consumer goes no further. Headers of ours that a client sent end here: they are read, where
 * they count, and deleted in every spelling.
 */
@NullMarked
package dev.sluice.plugin.entitle;

import org.jspecify.annotations.NullMarked;
