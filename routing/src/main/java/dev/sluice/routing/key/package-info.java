// SPDX-License-Identifier: Apache-2.0
/**
 * API keys without a database: minting, hashing, and the key file.
 *
 * <p>A key file holds no key, only {@linkplain dev.sluice.routing.KeyFingerprint fingerprints} under a {@link
 * dev.sluice.routing.key.Pepper} kept elsewhere, so neither of the two files alone is of use to a thief. {@link
 * dev.sluice.routing.key.KeyFile} answers look-ups from an immutable map that is replaced as a whole; {@link
 * dev.sluice.routing.key.KeyFileEditor} changes the text of the file and leaves comments alone.
 */
@NullMarked
package dev.sluice.routing.key;

import org.jspecify.annotations.NullMarked;
