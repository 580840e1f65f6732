// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.key;

import dev.sluice.routing.ApiKey;
import dev.sluice.routing.KeyFingerprint;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Base64;

/** Makes new API keys. Thread-safe. */
public final class KeyMint {
  /** What every minted key begins with. */
  public static final String PREFIX = "sk-sluice-";

  /** Characters of a key that are kept for people to recognise it by: the common prefix and four more. */
  public static final int SHOWN_CHARS = 14;

  private static final int RANDOM_BYTES = 27;

  private final Pepper pepper;
  private final SecureRandom random;

  /** A mint whose keys are hashed under {@code pepper}. */
  public KeyMint(Pepper pepper, SecureRandom random) {
    this.pepper = pepper;
    this.random = random;
  }

  /**
   * A new key: {@value #PREFIX} and 36 characters of base64url, 216 random bits, of which the shown ones leave 192 secret.
   */
  public Minted mint() {
    var bytes = new byte[RANDOM_BYTES];
    random.nextBytes(bytes);
    String secret = PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    ApiKey key = ApiKey.of(secret).orElseThrow();
    return new Minted(key, secret.substring(0, SHOWN_CHARS), pepper.fingerprint(key));
  }

  /**
   * A key just made. Immutable.
   *
   * @param prefix what may be kept and shown of it
   */
  public record Minted(ApiKey key, String prefix, KeyFingerprint fingerprint) {
    /** The secret, to be handed to its owner once. */
    public String reveal() {
      return new String(key.bytes(), StandardCharsets.US_ASCII);
    }
  }
}
