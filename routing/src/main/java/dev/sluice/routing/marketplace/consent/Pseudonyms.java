// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.marketplace.consent;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Names for accounts that tell nothing without the key: HMAC-SHA-256, cut to 128 bits. Immutable; the key never shows in {@code toString}. */
public final class Pseudonyms {
  private static final String ALGORITHM = "HmacSHA256";
  private static final int KEY_BYTES = 32;
  private static final int NAME_BYTES = 16;

  private final byte[] key;

  private Pseudonyms(byte[] key) {
    this.key = key;
  }

  /** Pseudonyms under a fresh key. */
  public static Pseudonyms create(SecureRandom random) {
    byte[] key = new byte[KEY_BYTES];
    random.nextBytes(key);
    return new Pseudonyms(key);
  }

  /**
   * Pseudonyms under a kept key.
   *
   * @throws IllegalArgumentException if {@code hex} is not 32 bytes in hexadecimal
   */
  static Pseudonyms of(String hex) {
    byte[] key = HexFormat.of().parseHex(hex);
    if (key.length != KEY_BYTES) {
      throw new IllegalArgumentException("pseudonym_key: wrong length (expected: " + KEY_BYTES + " bytes in hexadecimal)");
    }
    return new Pseudonyms(key);
  }

  /** The key, for the consent file only. */
  String hex() {
    return HexFormat.of().formatHex(key);
  }

  /** The pseudonym of an account: 32 hexadecimal digits. */
  public String of(AccountName account) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(key, ALGORITHM));
      byte[] tag = mac.doFinal(account.name().getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(tag, 0, NAME_BYTES);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(ALGORITHM + " is missing from this JDK", e);
    }
  }

  /** An account's real name; a type of its own, so that nobody takes a pseudonym for one. Immutable. */
  public record AccountName(String name) {
    @Override
    public String toString() {
      return "***";
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Pseudonyms that && Arrays.equals(key, that.key);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(key);
  }

  @Override
  public String toString() {
    return "***";
  }
}
