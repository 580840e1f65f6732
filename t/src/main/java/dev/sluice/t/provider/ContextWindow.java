// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.provider;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingType;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/**
 * A provider's context: counts prompts exactly, as a chat template lays them out over the o200k vocabulary, and refuses what does not fit or is no
 * conversation. Thread-safe.
 *
 * <p>A message is four tokens and its texts, the answer's beginning three, an image 765, a tool its definition as JSON. Written apart from what
 * Sluice counts by, which it is there to judge.
 */
final class ContextWindow {
  private static final int MESSAGE = 4;
  private static final int BEGINNING = 3;
  private static final int IMAGE = 765;
  private static final List<String> TEXTS = List.of("content", "text", "thinking", "output", "arguments", "function", "name", "summary");

  private final int tokens;
  private final Encoding encoding = Encodings.newLazyEncodingRegistry().getEncoding(EncodingType.O200K_BASE);

  /** A context of so many tokens, prompt and answer together. */
  ContextWindow(int tokens) {
    this.tokens = tokens;
  }

  /** Tokens of the prompt in a body. */
  int promptTokens(JsonNode body) {
    long sum = BEGINNING;
    JsonNode messages = messages(body);
    for (JsonNode message : messages.values()) {
      sum += MESSAGE + texts(message);
    }
    for (String key : List.of("system", "instructions", "prompt")) {
      sum += texts(body.path(key));
    }
    sum += messages.isString() ? texts(messages) : 0;
    for (JsonNode tool : body.path("tools").values()) {
      sum += encoding.countTokensOrdinary(Json.write(tool));
    }
    for (JsonNode message : messages.values()) {
      for (JsonNode call : message.path("tool_calls").values()) {
        sum += texts(call);
      }
    }
    return Math.toIntExact(sum);
  }

  private static JsonNode messages(JsonNode body) {
    return body.has("messages") ? body.path("messages") : body.path("input");
  }

  private long texts(JsonNode node) {
    if (node.isString()) {
      return encoding.countTokensOrdinary(node.stringValue());
    }
    long sum = 0;
    if (node.isArray()) {
      for (JsonNode part : node.values()) {
        sum += texts(part);
      }
    } else if (node.isObject()) {
      boolean image = node.has("image_url") || node.path("type").asString("").equals("image");
      sum += image ? IMAGE : 0;
      sum += node.path("input").isObject() ? encoding.countTokensOrdinary(Json.write(node.path("input"))) : 0;
      for (String key : TEXTS) {
        sum += texts(node.path(key));
      }
    } else {
      sum += node.isNumber() ? 1 : 0;
    }
    return sum;
  }

  /** Why the request is refused; empty if it is not. */
  Optional<String> refusal(JsonNode body, int promptTokens) {
    int output = SimRequest.outputLimit(body).orElse(1);
    if (promptTokens + (long) output > tokens) {
      return Optional.of(
          "This model's maximum context length is %d tokens. However, you requested %d tokens (%d in the messages, %d in the completion)."
              .formatted(tokens, promptTokens + (long) output, promptTokens, output));
    }
    return disorder(body);
  }

  private static Optional<String> disorder(JsonNode body) {
    Set<String> called = new HashSet<>();
    Set<String> answered = new HashSet<>();
    for (JsonNode message : messages(body).values()) {
      message.path("tool_calls").values().forEach(call -> called.add(call.path("id").asString("")));
      for (JsonNode part : message.path("content").values()) {
        if (part.path("type").asString("").equals("tool_use")) {
          called.add(part.path("id").asString(""));
        } else if (part.path("type").asString("").equals("tool_result")) {
          answered.add(part.path("tool_use_id").asString(""));
        }
      }
      if (message.path("role").asString("").equals("tool")) {
        answered.add(message.path("tool_call_id").asString(""));
      }
      if (!called.containsAll(answered)) {
        return Optional.of("a tool's result without its call");
      }
    }
    return called.equals(answered) ? Optional.empty() : Optional.of("a tool's call without its result");
  }
}
