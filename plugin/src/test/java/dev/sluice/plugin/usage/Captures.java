// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.usage;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Completion events as the gateway posted them. */
final class Captures {
  private static final JsonMapper MAPPER = new JsonMapper();

  private Captures() {}

  /** The bodies of all captured posts. */
  static List<String> texts() {
    try (InputStream in = Captures.class.getResourceAsStream("/http-logger-events.jsonl")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().map(Captures::body).map(JsonNode::toString).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The captured event of one scenario. */
  static CompletionEvent event(String scenario) {
    String text = texts().stream().filter(t -> t.contains('"' + scenario + '"')).findFirst().orElseThrow();
    CompletionEvents events = CompletionEvents.parse(text.getBytes(StandardCharsets.UTF_8));
    return events.events().getFirst();
  }

  private static JsonNode body(String line) {
    return MAPPER.readTree(line).get("body");
  }
}
