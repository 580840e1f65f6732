// SPDX-License-Identifier: Apache-2.0
/**
 * Whether anything may leave the process for the marketplace.
 *
 * <p>Consent is data: which notice somebody agreed to, who, when, and for which marketplace. A {@link
 * dev.sluice.routing.marketplace.consent.ConsentFile} keeps it; an {@link dev.sluice.routing.marketplace.consent.EgressGate} is asked
 * before every single egress and looks at the file each time, so that a withdrawal holds from the next call on. A flag in the
 * configuration is no consent, and {@code offline_mode} wins over consent.
 */
@NullMarked
package dev.sluice.routing.marketplace.consent;

import org.jspecify.annotations.NullMarked;
