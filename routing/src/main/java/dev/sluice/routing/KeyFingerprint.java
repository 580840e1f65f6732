// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.Optional;

/**
 * What stands for an API key everywhere but on the wire: its HMAC-SHA-256 under the installation's pepper. Immutable.
 *
 * <p>Whoever does not know the pepper cannot steer any bit of it, so comparing and looking it up may take whatever time it
 * takes.
 *
 * @param first bytes 0 to 7, big endian; {@code second}, {@code third} and {@code fourth} follow
 */
public record KeyFingerprint(long first, long second, long third, long fourth) {
  /** What a written fingerprint begins with. */
  public static final String SCHEME = "hmac-sha256:";

  private static final int BYTES = 32;

  /** The fingerprint in 32 bytes. */
  public static KeyFingerprint of(byte[] mac) {
    if (mac.length != BYTES) {
      throw new IllegalArgumentException("mac: " + mac.length + " bytes (expected: " + BYTES + ")");
    }
    var bytes = ByteBuffer.wrap(mac);
    return new KeyFingerprint(bytes.getLong(), bytes.getLong(), bytes.getLong(), bytes.getLong());
  }

  /** Reads what {@link #text} writes; empty if {@code text} is something else. */
  public static Optional<KeyFingerprint> parse(String text) {
    if (text.length() != SCHEME.length() + 2 * BYTES || !text.startsWith(SCHEME)) {
      return Optional.empty();
    }
    try {
      return Optional.of(of(HexFormat.of().parseHex(text, SCHEME.length(), text.length())));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** The fingerprint as key files hold it: {@code hmac-sha256:} and 64 hexadecimal digits. */
  public String text() {
    var bytes = ByteBuffer.allocate(BYTES).putLong(first).putLong(second).putLong(third).putLong(fourth);
    return SCHEME + HexFormat.of().formatHex(bytes.array());
  }

  /** The first eight hexadecimal digits, enough to tell keys apart in a log. */
  @Override
  public String toString() {
    return HexFormat.of().toHexDigits(first).substring(0, 8);
  }

  @Override
  public int hashCode() {
    return Long.hashCode(first);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof KeyFingerprint that
        && first == that.first
        && second == that.second
        && third == that.third
        && fourth == that.fourth;
  }
}
