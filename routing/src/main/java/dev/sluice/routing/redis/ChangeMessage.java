// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.redis;

import dev.sluice.routing.KeyFingerprint;
import java.util.Optional;

/** What nodes tell each other: {@code 1 c FINGERPRINT} of a key that changed, {@code 1 r FINGERPRINT} of one revoked; 1 is the form's version. Immutable. */
record ChangeMessage(KeyFingerprint key, boolean revoked) {
  String text() {
    return (revoked ? "1 r " : "1 c ") + key.text();
  }

  /** Reads a message; empty if it is something else. */
  static Optional<ChangeMessage> parse(String text) {
    if (!text.startsWith("1 c ") && !text.startsWith("1 r ")) {
      return Optional.empty();
    }
    return KeyFingerprint.parse(text.substring(4)).map(key -> new ChangeMessage(key, text.charAt(2) == 'r'));
  }
}
