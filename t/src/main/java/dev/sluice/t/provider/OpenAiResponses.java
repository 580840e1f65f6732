// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.provider;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code /v1/responses}. Immutable. */
record OpenAiResponses() implements Dialect {

  private static Object item(String id, SimRequest request, boolean done) {
    Object part = part(done ? Dialect.text(request.outputTokens()) : "");
    return Json.object(
        "id", "msg_" + id, "type", "message", "role", "assistant", "status", done ? "completed" : "in_progress",
        "content", done ? List.of(part) : List.of());
  }

  private static Object part(String text) {
    return Json.object("type", "output_text", "text", text, "annotations", List.of());
  }

  private static Map<String, @Nullable Object> response(String id, SimRequest request, boolean done) {
    Object usage = Json.object(
        "input_tokens", request.promptTokens(),
        "input_tokens_details", Json.object("cached_tokens", request.cachedTokens()),
        "output_tokens", request.outputTokens(),
        "output_tokens_details", Json.object("reasoning_tokens", 0),
        "total_tokens", request.promptTokens() + request.outputTokens());
    return Json.object(
        "id", "resp_" + id, "object", "response", "created_at", 1, "status", done ? "completed" : "in_progress",
        "error", null, "incomplete_details", null, "instructions", null, "metadata", Json.object(),
        "model", request.model(), "output", done ? List.of(item(id, request, true)) : List.of(),
        "parallel_tool_calls", true, "temperature", 1.0, "tool_choice", "auto", "tools", List.of(), "top_p", 1.0,
        "usage", done ? usage : null);
  }

  @Override
  public String json(String id, SimRequest request) {
    return Json.write(response(id, request, true));
  }

  private static String typed(String type, int sequence, @Nullable Object... more) {
    Map<String, @Nullable Object> value = Json.object("type", type, "sequence_number", sequence);
    value.putAll(Json.object(more));
    return Dialect.event(type, value);
  }

  @Override
  public List<String> opening(String id, SimRequest request) {
    return List.of(
        typed("response.created", 0, "response", response(id, request, false)),
        typed("response.in_progress", 1, "response", response(id, request, false)),
        typed("response.output_item.added", 2, "output_index", 0, "item", item(id, request, false)),
        typed("response.content_part.added", 3,
            "item_id", "msg_" + id, "output_index", 0, "content_index", 0, "part", part("")));
  }

  @Override
  public String token(String id, SimRequest request, int index) {
    return typed("response.output_text.delta", 4 + index,
        "item_id", "msg_" + id, "output_index", 0, "content_index", 0, "delta", Dialect.word(index),
        "logprobs", List.of());
  }

  @Override
  public List<String> closing(String id, SimRequest request) {
    int next = 4 + request.outputTokens();
    String text = Dialect.text(request.outputTokens());
    return List.of(
        typed("response.output_text.done", next,
            "item_id", "msg_" + id, "output_index", 0, "content_index", 0, "text", text, "logprobs", List.of()),
        typed("response.content_part.done", next + 1,
            "item_id", "msg_" + id, "output_index", 0, "content_index", 0, "part", part(text)),
        typed("response.output_item.done", next + 2, "output_index", 0, "item", item(id, request, true)),
        typed("response.completed", next + 3, "response", response(id, request, true)));
  }

  @Override
  public String error(int status, String message) {
    return Json.openAiError(status, message);
  }
}
