// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.lease;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Issues and verifies the names that leases carry outside.
 *
 * <p>A name is base64url of 16 bytes of identity (a random 64-bit number of this process, then a counter) and the first 12
 * bytes of their HMAC-SHA-256 under a key made at start. Names of an earlier process therefore do not verify. Thread-safe.
 */
public final class LeaseNames {
  private static final int ID_BYTES = 16;
  private static final int MAC_BYTES = 12;
  /** Length of every name in characters. */
  static final int LENGTH = (ID_BYTES + MAC_BYTES + 2) / 3 * 4 - 2;

  private final long process;
  private final AtomicLong counter = new AtomicLong();
  private final ThreadLocal<Mac> macs;

  /** Names under a fresh key and process number drawn from {@code random}. */
  public LeaseNames(SecureRandom random) {
    this.process = random.nextLong();
    byte[] key = new byte[32];
    random.nextBytes(key);
    SecretKeySpec spec = new SecretKeySpec(key, "HmacSHA256");
    this.macs = ThreadLocal.withInitial(() -> mac(spec));
  }

  private static Mac mac(SecretKeySpec spec) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(spec);
      return mac;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("HmacSHA256 is missing from this JDK", e);
    }
  }

  /** A name never issued before. */
  public LeaseName issue() {
    long number = counter.incrementAndGet();
    byte[] id = ByteBuffer.allocate(ID_BYTES).putLong(process).putLong(number).array();
    byte[] tag = macs.get().doFinal(id);
    byte[] bytes = ByteBuffer.allocate(ID_BYTES + MAC_BYTES).put(id).put(tag, 0, MAC_BYTES).array();
    return new LeaseName(number, Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
  }

  /** The name that {@code candidate}, from anyone, is; empty if this process did not issue it. */
  public Optional<LeaseName> verify(String candidate) {
    if (candidate.length() != LENGTH) {
      return Optional.empty();
    }
    byte[] bytes;
    try {
      bytes = Base64.getUrlDecoder().decode(candidate);
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
    Mac mac = macs.get();
    mac.update(bytes, 0, ID_BYTES);
    byte[] expected = new byte[MAC_BYTES];
    System.arraycopy(mac.doFinal(), 0, expected, 0, MAC_BYTES);
    byte[] actual = new byte[MAC_BYTES];
    System.arraycopy(bytes, ID_BYTES, actual, 0, MAC_BYTES);
    if (!MessageDigest.isEqual(expected, actual)) {
      return Optional.empty();
    }
    return Optional.of(new LeaseName(ByteBuffer.wrap(bytes).getLong(8), candidate));
  }

  /**
   * A verified name. Immutable.
   *
   * @param number unique in this process
   * @param text what travels
   */
  public record LeaseName(long number, String text) {}
}
