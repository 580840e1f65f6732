// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.usage;

import dev.sluice.plugin.dialect.Dialect;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Finds the provider's count of tokens in a captured answer. Thread-safe. */
public final class UsageReader {
  private static final String END_MARK = "[DONE]";

  private UsageReader() {}

  /**
   * Reads an answer, whole or cut anywhere. Never fails: what can't be read is {@link ReportedUsage.None}.
   *
   * @param contentType of the answer, with or without parameters; unless it names events, the body's beginning decides
   * @param body as the gateway captured it
   * @param dialect of the request
   */
  public static ReportedUsage read(String contentType, String body, Dialect dialect) {
    UsageTally tally = new UsageTally(dialect);
    switch (formOf(contentType, body)) {
      case JSON -> UsageJson.readAnswer(body, tally);
      case EVENTS -> SseData.forEach(body, data -> readData(data, tally));
      case OTHER -> {}
    }
    return tally.result();
  }

  /** Reads an answer in bytes; a character cut in two at the end is harmless. */
  public static ReportedUsage read(String contentType, byte[] body, Dialect dialect) {
    return read(contentType, new String(body, StandardCharsets.UTF_8), dialect);
  }

  private enum Form {
    JSON,
    EVENTS,
    OTHER
  }

  private static void readData(String data, UsageTally tally) {
    if (data.strip().equals(END_MARK)) {
      tally.ended();
    } else {
      UsageJson.readEvent(data, tally);
    }
  }

  private static Form formOf(String contentType, String body) {
    String type = contentType.toLowerCase(Locale.ROOT);
    if (type.contains("event-stream")) {
      return Form.EVENTS;
    }
    int start = 0;
    while (start < body.length() && Character.isWhitespace(body.charAt(start))) {
      start++;
    }
    if (body.startsWith("{", start)) {
      return Form.JSON;
    }
    boolean looksLikeEvents =
        body.startsWith("data:", start) || body.startsWith("event:", start) || body.startsWith(":", start);
    return looksLikeEvents ? Form.EVENTS : Form.OTHER;
  }
}
