// SPDX-License-Identifier: Apache-2.0
/**
 * The filter {@code ai-token-router}: whose request is it, and what may it do.
 *
 * <p>It reads the caller's API key, asks the key router, and leaves the entitlement with the request for the filters behind it.
 * A request without a valid key goes no further.
 */
@NullMarked
package dev.sluice.plugin.entitle;

import org.jspecify.annotations.NullMarked;
