// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.store;

import dev.sluice.routing.Entitlement;
import dev.sluice.routing.KeyFingerprint;

/**
 * One key of the tables. Immutable.
 *
 * @param version another one after each change of the key, its account or its organisation
 */
public record KeyRow(KeyFingerprint fingerprint, Entitlement entitlement, long version) {}
