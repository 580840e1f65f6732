// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.calibrate;

import dev.sluice.scheduler.Ticker;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.OptionalLong;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.node.MissingNode;

/**
 * What a streamed answer came to. Immutable.
 *
 * @param firstNanos when the first piece of text came, reasoning included; empty if none did
 * @param pieces events with text: about one a token
 * @param usage the last usage reported, or a missing node
 * @param failed whether an event was an error
 */
record EventStream(OptionalLong firstNanos, long pieces, JsonNode usage, boolean failed) {
  private static final String DATA = "data:";

  /** Reads to the end; only the first events and those with usage are parsed, so that reading stays cheap. */
  static EventStream read(InputStream body, Ticker ticker, ObjectMapper json) throws IOException {
    BufferedReader lines = new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8));
    OptionalLong first = OptionalLong.empty();
    long pieces = 0;
    JsonNode usage = MissingNode.getInstance();
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (!line.startsWith(DATA) || line.endsWith("[DONE]")) {
        continue;
      }
      boolean parse = first.isEmpty() || line.contains("\"usage\":{") || line.contains("\"usage\": {") || line.contains("\"error\"");
      if (!parse) {
        pieces++;
        continue;
      }
      JsonNode event = json.readTree(line.substring(DATA.length()));
      if (event.path("error").isObject()) {
        return new EventStream(first, pieces, usage, true);
      }
      if (event.path("usage").isObject()) {
        usage = event.path("usage");
      }
      if (hasText(event.path("choices").path(0).path("delta"))) {
        first = first.isPresent() ? first : OptionalLong.of(ticker.read());
        pieces++;
      }
    }
    return new EventStream(first, pieces, usage, false);
  }

  private static boolean hasText(JsonNode delta) {
    return delta.properties().stream().anyMatch(part -> !part.getKey().equals("role") && part.getValue().isString() && !part.getValue().stringValue().isEmpty());
  }
}
