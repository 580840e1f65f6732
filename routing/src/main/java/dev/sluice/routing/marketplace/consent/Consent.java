// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.marketplace.consent;

import java.net.URI;
import java.time.Instant;

/**
 * Somebody's agreement to a notice. Immutable.
 *
 * @param noticeVersion version of the notice that was agreed to
 * @param noticeDigest digest of its text
 * @param who whoever agreed, in his own words; one line
 * @param when at what time
 * @param scope the one marketplace it is about
 * @param pseudonyms what accounts are called there; ends with the consent
 */
public record Consent(String noticeVersion, String noticeDigest, String who, Instant when, URI scope, Pseudonyms pseudonyms) {
  private static final int MAX_WHO_CHARS = 200;

  public Consent {
    if (who.isBlank() || who.length() > MAX_WHO_CHARS || who.chars().anyMatch(Character::isISOControl)) {
      throw new IllegalArgumentException("who: not one line (expected: a name, at most " + MAX_WHO_CHARS + " characters)");
    }
  }

  /** Agreement to {@code notice}. */
  public static Consent to(Notice notice, String who, Instant when, URI scope, Pseudonyms pseudonyms) {
    return new Consent(notice.version(), notice.digest(), who.strip(), when, scope, pseudonyms);
  }

  /** Whether this is an agreement to the very text of {@code notice}. */
  public boolean isTo(Notice notice) {
    return noticeVersion.equals(notice.version()) && noticeDigest.equals(notice.digest());
  }
}
