// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.registry;

import dev.sluice.routing.config.NearestName;
import java.util.Collection;
import java.util.Optional;

/**
 * One thing that is wrong with what an administrator sent, complete enough to mend it. Immutable.
 *
 * @param field name of the member or parameter
 * @param value what was found, shortened and escaped; {@code ***} when it may be a secret
 * @param expected what would have been right
 * @param nearest the known name closest to a misspelled one
 */
public record Fault(String field, String value, String expected, Optional<String> nearest) {
  private static final int SHOWN_CHARS = 80;

  public Fault {
    field = printable(field);
    value = value.contains("sk-") ? "***" : printable(value);
  }

  /** A value that is not what was expected. */
  public static Fault of(String field, String value, String expected) {
    return new Fault(field, value, expected, Optional.empty());
  }

  /** A name that nobody knows. */
  public static Fault unknown(String field, Collection<String> known) {
    return new Fault(field, "unknown", "one of " + String.join(", ", known), NearestName.of(field, known));
  }

  private static String printable(String text) {
    var shown = new StringBuilder();
    for (int i = 0; i < text.length() && i < SHOWN_CHARS; i++) {
      char c = text.charAt(i);
      shown.append(Character.isISOControl(c) || Character.isSurrogate(c) ? '?' : c);
    }
    return text.length() > SHOWN_CHARS ? shown.append("...").toString() : shown.toString();
  }
}
