// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.provider;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code /v1/messages}: input excludes what came from the cache, output in a stream is cumulative. Immutable. */
record AnthropicMessages() implements Dialect {
  /** How often a stream tells the output so far. */
  private static final int TOKENS_PER_UPDATE = 16;

  private static Map<String, @Nullable Object> usage(SimRequest request, int outputTokens) {
    return Json.object(
        "input_tokens", request.promptTokens() - request.cachedTokens(),
        "cache_creation_input_tokens", 0,
        "cache_read_input_tokens", request.cachedTokens(),
        "output_tokens", outputTokens,
        "service_tier", "standard");
  }

  private static String stopReason(SimRequest request) {
    return request.limited() ? "max_tokens" : "end_turn";
  }

  private static Map<String, @Nullable Object> message(
      String id, SimRequest request, List<?> content, @Nullable Object stopReason, int outputTokens) {
    return Json.object(
        "id", "msg_" + id, "type", "message", "role", "assistant", "model", request.model(), "content", content,
        "stop_reason", stopReason, "stop_sequence", null, "usage", usage(request, outputTokens));
  }

  @Override
  public String json(String id, SimRequest request) {
    Object text = Json.object("type", "text", "text", Dialect.text(request.outputTokens()), "citations", null);
    return Json.write(message(id, request, List.of(text), stopReason(request), request.outputTokens()));
  }

  @Override
  public List<String> opening(String id, SimRequest request) {
    Object block = Json.object("type", "text", "text", "", "citations", null);
    return List.of(
        Dialect.event("message_start",
            Json.object("type", "message_start", "message", message(id, request, List.of(), null, 1))),
        Dialect.event("content_block_start",
            Json.object("type", "content_block_start", "index", 0, "content_block", block)),
        Dialect.event("ping", Json.object("type", "ping")));
  }

  @Override
  public String token(String id, SimRequest request, int index) {
    Object delta = Json.object("type", "text_delta", "text", Dialect.word(index));
    String event = Dialect.event(
        "content_block_delta", Json.object("type", "content_block_delta", "index", 0, "delta", delta));
    boolean update = (index + 1) % TOKENS_PER_UPDATE == 0 && index + 1 < request.outputTokens();
    return update ? event + messageDelta(null, index + 1, request) : event;
  }

  /** Tells the output so far: a reader that adds these up instead of taking the last is wrong. */
  private static String messageDelta(@Nullable Object stopReason, int outputTokens, SimRequest request) {
    return Dialect.event("message_delta", Json.object(
        "type", "message_delta",
        "delta", Json.object("stop_reason", stopReason, "stop_sequence", null),
        "usage", usage(request, outputTokens)));
  }

  @Override
  public List<String> closing(String id, SimRequest request) {
    List<String> out = new ArrayList<>();
    out.add(Dialect.event("content_block_stop", Json.object("type", "content_block_stop", "index", 0)));
    out.add(messageDelta(stopReason(request), request.outputTokens(), request));
    out.add(Dialect.event("message_stop", Json.object("type", "message_stop")));
    return out;
  }

  @Override
  public String error(int status, String message) {
    String type = switch (status) {
      case 400 -> "invalid_request_error";
      case 401 -> "authentication_error";
      case 429 -> "rate_limit_error";
      case 529 -> "overloaded_error";
      default -> "api_error";
    };
    return Json.write(Json.object("type", "error", "error", Json.object("type", type, "message", message)));
  }
}
