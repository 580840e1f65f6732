// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.answer;

import dev.sluice.plugin.dialect.Family;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/** Renders refusals as the answers that a family's clients understand. Thread-safe. */
public final class Answers {
  private static final JsonFactory FACTORY = new JsonFactory();
  private static final int MAX_REQUEST_ID_CHARS = 128;

  private Answers() {}

  /**
   * Renders one refusal.
   *
   * @param requestId the request's id, which Anthropic bodies repeat; empty when there is none; one that isn't made of letters,
   *     digits, {@code . _ -} is left out
   */
  public static Answer render(Refusal refusal, Family family, RetryAfter retryAfter, String requestId) {
    byte[] body =
        switch (family) {
          case OPENAI -> openAiBody(refusal);
          case ANTHROPIC -> anthropicBody(refusal, requestId);
        };
    return new Answer(refusal.reason().status(), headers(refusal.reason(), retryAfter), body);
  }

  private static List<Header> headers(Reason reason, RetryAfter retryAfter) {
    List<Header> headers = new ArrayList<>(5);
    headers.add(new Header("content-type", "application/json"));
    headers.add(new Header("x-sluice-reason", reason.label()));
    if (!reason.retryable()) {
      headers.add(new Header("x-should-retry", "false"));
    }
    switch (retryAfter) {
      case RetryAfter.After after -> {
        headers.add(new Header("retry-after", Long.toString(after.seconds())));
        headers.add(new Header("retry-after-ms", Long.toString(after.millis())));
      }
      case RetryAfter.Unknown unknown -> {}
    }
    return headers;
  }

  private static byte[] openAiBody(Refusal refusal) {
    ByteArrayOutputStream body = new ByteArrayOutputStream(256);
    try (JsonGenerator json = FACTORY.createGenerator(ObjectWriteContext.empty(), body)) {
      json.writeStartObject();
      json.writeName("error");
      json.writeStartObject();
      json.writeStringProperty("message", refusal.message());
      json.writeStringProperty("type", refusal.reason().openAiType());
      writeOrNull(json, "param", refusal.param());
      json.writeStringProperty("code", refusal.reason().openAiCode());
      json.writeEndObject();
      json.writeEndObject();
    }
    return body.toByteArray();
  }

  private static byte[] anthropicBody(Refusal refusal, String requestId) {
    ByteArrayOutputStream body = new ByteArrayOutputStream(256);
    try (JsonGenerator json = FACTORY.createGenerator(ObjectWriteContext.empty(), body)) {
      json.writeStartObject();
      json.writeStringProperty("type", "error");
      json.writeName("error");
      json.writeStartObject();
      json.writeStringProperty("type", refusal.reason().anthropicType());
      json.writeStringProperty("message", refusal.message());
      json.writeEndObject();
      writeOrNull(json, "request_id", isPlainId(requestId) ? requestId : "");
      json.writeEndObject();
    }
    return body.toByteArray();
  }

  private static void writeOrNull(JsonGenerator json, String name, String value) {
    if (value.isEmpty()) {
      json.writeNullProperty(name);
    } else {
      json.writeStringProperty(name, value);
    }
  }

  private static boolean isPlainId(String id) {
    return id.length() <= MAX_REQUEST_ID_CHARS
        && id.chars()
            .allMatch(c -> (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || "._-".indexOf(c) >= 0);
  }
}
