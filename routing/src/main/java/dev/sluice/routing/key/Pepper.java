// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.key;

import dev.sluice.routing.ApiKey;
import dev.sluice.routing.KeyFingerprint;
import dev.sluice.routing.config.AtomicFile;
import dev.sluice.routing.config.SiblingLock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The installation's secret under which API keys are hashed: 32 random bytes. It never shows in {@code toString}. Thread-safe.
 *
 * <p>Hashing is HMAC-SHA-256 (RFC 2104, FIPS 198-1) with one calculator a thread, about a microsecond for a key.
 */
public final class Pepper {
  private static final String ALGORITHM = "HmacSHA256";
  private static final int BYTES = 32;

  private final ThreadLocal<Mac> macs;

  private Pepper(byte[] secret) {
    var key = new SecretKeySpec(secret, ALGORITHM);
    this.macs = ThreadLocal.withInitial(() -> mac(key));
  }

  private static Mac mac(SecretKeySpec key) {
    try {
      var mac = Mac.getInstance(ALGORITHM);
      mac.init(key);
      return mac;
    } catch (NoSuchAlgorithmException | InvalidKeyException e) {
      throw new IllegalStateException("every Java platform has " + ALGORITHM, e);
    }
  }

  /** The pepper in 64 hexadecimal digits or 32 bytes of base64, either alphabet; empty if {@code text} is neither. */
  public static Optional<Pepper> parse(String text) {
    String stripped = text.strip();
    try {
      byte[] secret =
          stripped.length() == 2 * BYTES
              ? HexFormat.of().parseHex(stripped)
              : Base64.getDecoder().decode(stripped.replace('-', '+').replace('_', '/'));
      return secret.length == BYTES ? Optional.of(new Pepper(secret)) : Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** The pepper in a file; empty if the file holds something else. */
  public static Optional<Pepper> read(Path file) throws IOException {
    return parse(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1));
  }

  /**
   * Writes a new pepper to a file that only its owner can read. Where another process was quicker, that one's pepper stands and is
   * returned: keys may have been made with it already.
   */
  @SuppressWarnings("try") // the lock is held, not used
  public static Pepper create(Path file, SecureRandom random) throws IOException {
    try (var held = SiblingLock.take(file)) {
      if (Files.exists(file)) {
        return read(file).orElseThrow(() -> new IOException(file + " holds no pepper"));
      }
      var secret = new byte[BYTES];
      random.nextBytes(secret);
      AtomicFile.write(file, HexFormat.of().formatHex(secret) + "\n", AtomicFile.PRIVATE);
      return new Pepper(secret);
    }
  }

  /** The fingerprint of {@code key}. */
  public KeyFingerprint fingerprint(ApiKey key) {
    return KeyFingerprint.of(macs.get().doFinal(key.bytes()));
  }

  /**
   * The checksum of a file's content, 32 bytes that nobody can make without the pepper. Content begins with a byte that no API key has, so
   * that no checksum is ever a fingerprint.
   */
  public byte[] seal(ByteBuffer content) {
    if (!content.hasRemaining() || content.get(content.position()) > ' ') {
      throw new IllegalArgumentException("content: begins like a key (expected: a control character first)");
    }
    Mac mac = macs.get();
    mac.update(content.duplicate());
    return mac.doFinal();
  }

  @Override
  public String toString() {
    return "***";
  }
}
