// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.provider;

import java.util.List;
import java.util.Optional;

/** How an API words its answers. Implementations are immutable. */
sealed interface Dialect permits OpenAiChat, OpenAiCompletions, OpenAiResponses, OpenAiEmbeddings, AnthropicMessages {

  /** The dialect spoken at a path, if that path generates anything. */
  static Optional<Dialect> at(String path) {
    return switch (path) {
      case "/v1/chat/completions" -> Optional.of(new OpenAiChat());
      case "/v1/completions" -> Optional.of(new OpenAiCompletions());
      case "/v1/responses" -> Optional.of(new OpenAiResponses());
      case "/v1/embeddings" -> Optional.of(new OpenAiEmbeddings());
      case "/v1/messages" -> Optional.of(new AnthropicMessages());
      default -> Optional.empty();
    };
  }

  /** The whole answer to a request that does not stream. */
  String json(String id, SimRequest request);

  /** The events before the first token. */
  List<String> opening(String id, SimRequest request);

  /** The event of the {@code index}-th token, from 0. */
  String token(String id, SimRequest request, int index);

  /** The events after the last token. */
  List<String> closing(String id, SimRequest request);

  /** The body of an error. */
  String error(int status, String message);

  /** Whether anything is generated, or only the prompt read. */
  default boolean generates() {
    return true;
  }

  /** The text of the {@code index}-th token. */
  static String word(int index) {
    return "tok" + index + " ";
  }

  /** The text of all tokens. */
  static String text(int tokens) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < tokens; i++) {
      out.append(word(i));
    }
    return out.toString();
  }

  /** One unnamed event. */
  static String data(Object value) {
    return "data: " + Json.write(value) + "\n\n";
  }

  /** One named event. */
  static String event(String name, Object value) {
    return "event: " + name + "\ndata: " + Json.write(value) + "\n\n";
  }
}
