// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.provider;

import java.util.List;

/** {@code /v1/embeddings}: the prompt is read, nothing is generated. Immutable. */
record OpenAiEmbeddings() implements Dialect {

  @Override
  public boolean generates() {
    return false;
  }

  @Override
  public String json(String id, SimRequest request) {
    Object vector = Json.object("object", "embedding", "index", 0, "embedding", List.of(0.25, -0.5, 0.125));
    Object usage = Json.object("prompt_tokens", request.promptTokens(), "total_tokens", request.promptTokens());
    return Json.write(Json.object(
        "object", "list", "model", request.model(), "data", List.of(vector), "usage", usage));
  }

  @Override
  public List<String> opening(String id, SimRequest request) {
    return List.of();
  }

  @Override
  public String token(String id, SimRequest request, int index) {
    throw new IllegalStateException("embeddings have no tokens");
  }

  @Override
  public List<String> closing(String id, SimRequest request) {
    return List.of();
  }

  @Override
  public String error(int status, String message) {
    return Json.openAiError(status, message);
  }
}
