// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.provider;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code /v1/chat/completions}. Immutable. */
record OpenAiChat() implements Dialect {

  static Map<String, @Nullable Object> usage(SimRequest request) {
    return Json.object(
        "prompt_tokens", request.promptTokens(),
        "completion_tokens", request.outputTokens(),
        "total_tokens", request.promptTokens() + request.outputTokens(),
        "prompt_tokens_details", Json.object("cached_tokens", request.cachedTokens()));
  }

  static String finish(SimRequest request) {
    return request.limited() ? "length" : "stop";
  }

  @Override
  public String json(String id, SimRequest request) {
    Map<String, @Nullable Object> message =
        Json.object("role", "assistant", "content", Dialect.text(request.outputTokens()), "refusal", null);
    return Json.write(Json.object(
        "id", "chatcmpl-" + id, "object", "chat.completion", "created", 1, "model", request.model(),
        "choices", List.of(Json.object(
            "index", 0, "message", message, "logprobs", null, "finish_reason", finish(request))),
        "usage", usage(request)));
  }

  private static String chunk(String id, SimRequest request, List<?> choices, @Nullable Object usage) {
    Map<String, @Nullable Object> chunk = Json.object(
        "id", "chatcmpl-" + id, "object", "chat.completion.chunk", "created", 1, "model", request.model(),
        "choices", choices);
    if (request.includeUsage()) {
      chunk.put("usage", usage);
    }
    return Dialect.data(chunk);
  }

  private static String delta(String id, SimRequest request, Map<String, @Nullable Object> delta, @Nullable Object finish) {
    return chunk(
        id, request,
        List.of(Json.object("index", 0, "delta", delta, "logprobs", null, "finish_reason", finish)), null);
  }

  @Override
  public List<String> opening(String id, SimRequest request) {
    return List.of(delta(id, request, Json.object("role", "assistant", "content", ""), null));
  }

  @Override
  public String token(String id, SimRequest request, int index) {
    return delta(id, request, Json.object("content", Dialect.word(index)), null);
  }

  @Override
  public List<String> closing(String id, SimRequest request) {
    List<String> out = new ArrayList<>();
    out.add(delta(id, request, Json.object(), finish(request)));
    if (request.includeUsage()) {
      out.add(chunk(id, request, List.of(), usage(request)));
    }
    out.add("data: [DONE]\n\n");
    return out;
  }

  @Override
  public String error(int status, String message) {
    return Json.openAiError(status, message);
  }
}
