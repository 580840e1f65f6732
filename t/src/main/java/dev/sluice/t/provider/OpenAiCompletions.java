// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.provider;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code /v1/completions}. Immutable. */
record OpenAiCompletions() implements Dialect {

  private static Map<String, @Nullable Object> body(String id, SimRequest request, List<?> choices) {
    return Json.object(
        "id", "cmpl-" + id, "object", "text_completion", "created", 1, "model", request.model(), "choices", choices);
  }

  private static Object choice(String text, @Nullable Object finish) {
    return Json.object("index", 0, "text", text, "logprobs", null, "finish_reason", finish);
  }

  @Override
  public String json(String id, SimRequest request) {
    String text = Dialect.text(request.outputTokens());
    Map<String, @Nullable Object> body = body(id, request, List.of(choice(text, OpenAiChat.finish(request))));
    body.put("usage", OpenAiChat.usage(request));
    return Json.write(body);
  }

  private static String chunk(String id, SimRequest request, List<?> choices, @Nullable Object usage) {
    Map<String, @Nullable Object> chunk = body(id, request, choices);
    if (request.includeUsage()) {
      chunk.put("usage", usage);
    }
    return Dialect.data(chunk);
  }

  @Override
  public List<String> opening(String id, SimRequest request) {
    return List.of();
  }

  @Override
  public String token(String id, SimRequest request, int index) {
    return chunk(id, request, List.of(choice(Dialect.word(index), null)), null);
  }

  @Override
  public List<String> closing(String id, SimRequest request) {
    List<String> out = new ArrayList<>();
    out.add(chunk(id, request, List.of(choice("", OpenAiChat.finish(request))), null));
    if (request.includeUsage()) {
      out.add(chunk(id, request, List.of(), OpenAiChat.usage(request)));
    }
    out.add("data: [DONE]\n\n");
    return out;
  }

  @Override
  public String error(int status, String message) {
    return Json.openAiError(status, message);
  }
}
