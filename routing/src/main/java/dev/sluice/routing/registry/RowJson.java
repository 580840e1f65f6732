// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.registry;

import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** JSON as rows hold it: decimal fractions stay exact, repeated names are an error. Immutable. */
public final class RowJson {
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private RowJson() {}

  /**
   * Reads one JSON value.
   *
   * @throws tools.jackson.core.JacksonException if {@code bytes} is something else
   */
  public static JsonNode read(byte[] bytes) {
    return MAPPER.readTree(bytes);
  }

  static JsonNode read(String text) {
    return MAPPER.readTree(text);
  }

  /** An empty object. */
  public static ObjectNode object() {
    return MAPPER.createObjectNode();
  }

  /** The value as JSON text in UTF-8. */
  public static byte[] write(JsonNode value) {
    return MAPPER.writeValueAsBytes(value);
  }
}
