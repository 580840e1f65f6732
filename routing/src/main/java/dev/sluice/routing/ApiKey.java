// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** The caller's secret. It never shows in {@code toString}. Immutable. */
public final class ApiKey {
  /** Longest key that is looked at; longer ones are nobody's. */
  public static final int MAX_CHARS = 512;

  private final String secret;

  private ApiKey(String secret) {
    this.secret = secret;
  }

  /** The key in {@code text}; empty unless it is 1 to {@value #MAX_CHARS} visible ASCII characters. */
  public static Optional<ApiKey> of(String text) {
    if (text.isEmpty() || text.length() > MAX_CHARS) {
      return Optional.empty();
    }
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) <= ' ' || text.charAt(i) >= 0x7f) {
        return Optional.empty();
      }
    }
    return Optional.of(new ApiKey(text));
  }

  /** The secret's bytes; for hashing only. */
  public byte[] bytes() {
    return secret.getBytes(StandardCharsets.US_ASCII);
  }

  @Override
  public String toString() {
    return "***";
  }
}
