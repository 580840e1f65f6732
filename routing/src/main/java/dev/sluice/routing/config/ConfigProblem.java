// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.config;

import java.util.Optional;

/**
 * One fault in a configuration, complete enough to mend it without reading the manual. Immutable.
 *
 * @param place where the faulty text stands
 * @param path dotted path of the key, such as {@code scheduler.lanes[2].weight}; empty for the document as a whole
 * @param value what was found, shortened and escaped; {@code ***} when it may be a secret
 * @param expected what would have been right
 * @param nearest the known name closest to a misspelled one
 */
public record ConfigProblem(Place place, String path, String value, String expected, Optional<String> nearest) {
  private static final int SHOWN_CHARS = 80;

  public ConfigProblem {
    value = printable(value);
  }

  /** One line for people: place, path, value, expectation, suggestion. */
  public String render() {
    var line = new StringBuilder(place.toString()).append(": ");
    if (!path.isEmpty()) {
      line.append(printable(path)).append(": ");
    }
    line.append(value).append(" (expected: ").append(expected);
    nearest.ifPresent(name -> line.append("; did you mean ").append(name).append('?'));
    return line.append(')').toString();
  }

  @Override
  public String toString() {
    return render();
  }

  private static String printable(String text) {
    var shown = new StringBuilder();
    for (int i = 0; i < text.length() && i < SHOWN_CHARS; i++) {
      char c = text.charAt(i);
      shown.append(c < ' ' || c == 0x7f || Character.isSurrogate(c) ? '?' : c);
    }
    return text.length() > SHOWN_CHARS ? shown.append("...").toString() : shown.toString();
  }
}
