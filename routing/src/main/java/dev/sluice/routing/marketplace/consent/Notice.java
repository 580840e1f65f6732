// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.marketplace.consent;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * What somebody has to know before the marketplace is used. Immutable.
 *
 * @param version changes with the meaning of the text
 * @param text lines for people
 */
public record Notice(String version, String text) {
  private static final int DIGEST_BYTES = 16;

  /** The notice of this version of the program. */
  public static final Notice CURRENT =
      new Notice(
          "2026-11",
          """
          MARKETPLACE NOTICE 2026-11

          The marketplace is off unless you enable it and consent to this notice. If you do, this program calls the marketplace
          whose address is provider.marketplace.url, and sends some requests to suppliers that offer their capacity there.

          SUPPLIERS RECEIVE CONTENT. A request that goes to a supplier goes there whole: prompts, files, tool definitions and
          everything else in its body, and the supplier writes the answer. Suppliers are third parties. What they keep, and for how
          long, is between you and them. Only suppliers for which you declared an upstream in the gateway are ever used
          (provider.marketplace.upstreams), and only in the regions you allow (provider.marketplace.residency).

          THE MARKETPLACE ITSELF receives
            to list supplies:  the names of the models you configured for it, the regions you allow, your highest price and your
                               least availability;
            for each quote:    the same, the supply asked for, estimated numbers of tokens, the expected duration, a random number
                               for the request, and a pseudonym of the account that pays;
            for each use:      these numbers again, the numbers of tokens used, the duration, the outcome and the time.
          It sees the network address of your gateway, and its own key that you configured.

          THE MARKETPLACE NEVER RECEIVES prompts, answers, API keys, names of accounts or people, or addresses of callers. Pseudonyms
          are made under a key that stays here and that is destroyed when you withdraw your consent.

          TO STOP: `sluice marketplace revoke` holds from the next call on. provider.marketplace.offline_mode: true, or
          provider.marketplace.enabled: false, does so at a start. Usage that was not reported by then stays in the folder
          provider.marketplace.outbox_folder and is not sent.
          """);

  /** Identifies the text: the beginning of its SHA-256 in hexadecimal. */
  public String digest() {
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash, 0, DIGEST_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("SHA-256 is missing from this JDK", e);
    }
  }
}
