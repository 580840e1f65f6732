// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.http;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Optional;

/** A shared secret that callers present as {@code Authorization: Bearer …}. Immutable; compared in constant time. */
public final class BearerSecret {
  private static final String SCHEME = "Bearer ";

  private final byte[] secret;

  /** A secret of at least one character. */
  public BearerSecret(String secret) {
    if (secret.isBlank()) {
      throw new IllegalArgumentException("secret: blank (expected: a value)");
    }
    this.secret = secret.getBytes(StandardCharsets.UTF_8);
  }

  /** Whether the header carries this secret. */
  public boolean admits(Optional<String> authorization) {
    if (authorization.isEmpty() || !authorization.get().regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
      return false;
    }
    byte[] offered = authorization.get().substring(SCHEME.length()).strip().getBytes(StandardCharsets.UTF_8);
    return MessageDigest.isEqual(secret, offered);
  }

  @Override
  public String toString() {
    return "***";
  }
}
