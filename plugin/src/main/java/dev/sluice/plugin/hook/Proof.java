// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.hook;

import dev.sluice.routing.config.Secret;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** How a call shows a webhook whose it is. Immutable but for the secret, which may be renewed. */
public sealed interface Proof {
  /** The headers to send with {@code body} at {@code now}. */
  Map<String, String> headers(byte[] body, Instant now);

  /** The secret itself, as {@code Authorization: Bearer}. */
  record Bearer(Secret secret) implements Proof {
    @Override
    public Map<String, String> headers(byte[] body, Instant now) {
      return Map.of("authorization", "Bearer " + secret.reveal());
    }
  }

  /**
   * A signature: {@code x-sluice-timestamp} has the seconds since 1970, {@code x-sluice-signature} is {@code v1=} and the HMAC-SHA-256, in hex, of
   * these digits, a full stop and the body. Who checks refuses timestamps that are minutes old.
   */
  record Signature(Secret secret) implements Proof {
    private static final String ALGORITHM = "HmacSHA256";

    @Override
    public Map<String, String> headers(byte[] body, Instant now) {
      String timestamp = Long.toString(now.getEpochSecond());
      return Map.of("x-sluice-timestamp", timestamp, "x-sluice-signature", "v1=" + HexFormat.of().formatHex(sign(timestamp, body)));
    }

    private byte[] sign(String timestamp, byte[] body) {
      try {
        Mac mac = Mac.getInstance(ALGORITHM);
        mac.init(new SecretKeySpec(secret.reveal().getBytes(StandardCharsets.UTF_8), ALGORITHM));
        mac.update((timestamp + ".").getBytes(StandardCharsets.UTF_8));
        return mac.doFinal(body);
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException("every Java has " + ALGORITHM, e);
      }
    }
  }
}
