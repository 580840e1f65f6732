// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.key;

import dev.sluice.routing.Entitlement;
import dev.sluice.routing.KeyFingerprint;
import java.util.Optional;

/**
 * One entry of a key file. Immutable.
 *
 * @param prefix first characters of the key, for people
 * @param description free text, for people
 * @param rotatedFrom id of the key that this one replaces
 */
public record KeyRecord(
    KeyFingerprint fingerprint, Entitlement entitlement, Optional<String> prefix, Optional<String> description, Optional<String> rotatedFrom) {}
