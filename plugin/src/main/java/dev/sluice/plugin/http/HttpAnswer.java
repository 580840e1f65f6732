// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.http;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An answer of one of our own ports. Immutable; the array is not copied and must not be changed.
 *
 * @param headers further headers; values are one line; {@code Connection: close} ends the connection after the answer
 */
@SuppressWarnings("ArrayRecordComponent") // compared nowhere
public record HttpAnswer(int status, String contentType, byte[] body, Map<String, String> headers) {
  public HttpAnswer {
    headers = Map.copyOf(headers);
  }

  /** An answer without further headers. */
  public HttpAnswer(int status, String contentType, byte[] body) {
    this(status, contentType, body, Map.of());
  }

  /** The same answer with one more header. */
  public HttpAnswer with(String name, String value) {
    var more = new LinkedHashMap<>(headers);
    more.put(name, value);
    return new HttpAnswer(status, contentType, body, more);
  }

  /** 204. */
  public static HttpAnswer noContent() {
    return new HttpAnswer(204, "text/plain; charset=utf-8", new byte[0]);
  }

  /** Plain text. */
  public static HttpAnswer text(int status, String text) {
    return new HttpAnswer(status, "text/plain; charset=utf-8", text.getBytes(StandardCharsets.UTF_8));
  }

  /** A JSON document. */
  public static HttpAnswer json(int status, byte[] json) {
    return new HttpAnswer(status, "application/json", json);
  }

  /** An RFC 9457 problem; {@code title} and {@code detail} must be plain words without quotes or backslashes. */
  public static HttpAnswer problem(int status, String title, String detail) {
    String json = "{\"type\":\"about:blank\",\"status\":" + status + ",\"title\":\"" + title + "\",\"detail\":\"" + detail + "\"}";
    return new HttpAnswer(status, "application/problem+json", json.getBytes(StandardCharsets.UTF_8));
  }
}
