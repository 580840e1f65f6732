// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.usage;

import java.util.function.Consumer;

/**
 * Splits captured server-sent events into the data of each event, as the HTML standard's section 9.2.6 says, but for the last
 * event: it counts even when the blank line behind it is missing, as some servers leave it out. Thread-safe.
 */
final class SseData {
  private static final String FIELD = "data";

  private SseData() {}

  /** Passes the data of each event that has any to {@code events}, in order. */
  static void forEach(String stream, Consumer<String> events) {
    StringBuilder data = new StringBuilder();
    int at = stream.startsWith("\ufeff") ? 1 : 0;
    while (at < stream.length()) {
      int end = endOfLine(stream, at);
      if (end == at) {
        flush(data, events);
      } else {
        addLine(stream, at, end, data);
      }
      boolean crlf = end + 1 < stream.length() && stream.charAt(end) == '\r' && stream.charAt(end + 1) == '\n';
      at = end + (crlf ? 2 : 1);
    }
    flush(data, events);
  }

  private static int endOfLine(String stream, int from) {
    int i = from;
    while (i < stream.length() && stream.charAt(i) != '\n' && stream.charAt(i) != '\r') {
      i++;
    }
    return i;
  }

  private static void addLine(String stream, int from, int to, StringBuilder data) {
    int colon = from + FIELD.length();
    if (!stream.startsWith(FIELD, from) || colon >= to || stream.charAt(colon) != ':') {
      return;
    }
    int value = colon + 1;
    if (value < to && stream.charAt(value) == ' ') {
      value++;
    }
    if (!data.isEmpty()) {
      data.append('\n');
    }
    data.append(stream, value, to);
  }

  private static void flush(StringBuilder data, Consumer<String> events) {
    if (!data.isEmpty()) {
      events.accept(data.toString());
      data.setLength(0);
    }
  }
}
