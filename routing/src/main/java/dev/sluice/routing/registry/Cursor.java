// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.registry;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** Where a page ended: the ordering values of its last row, as text that callers hand back unread. Immutable. */
final class Cursor {
  private static final int MAX_CHARS = 4096;

  private Cursor() {}

  static String of(List<JsonNode> values) {
    ArrayNode array = JsonNodeFactory.instance.arrayNode();
    values.forEach(array::add);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(array.toString().getBytes(StandardCharsets.UTF_8));
  }

  /** The values in a cursor whose values are stored so; empty if it is none. */
  static Optional<List<JsonNode>> read(String text, List<Storage> storages) {
    try {
      if (text.length() <= MAX_CHARS && RowJson.read(Base64.getUrlDecoder().decode(text)) instanceof ArrayNode array && array.size() == storages.size()) {
        var values = new ArrayList<JsonNode>();
        for (int i = 0; i < array.size(); i++) {
          JsonNode value = array.get(i);
          if (!storages.get(i).takes(value) || (value.isString() && value.stringValue().indexOf('\0') >= 0)) {
            return Optional.empty();
          }
          values.add(value);
        }
        return Optional.of(values);
      }
    } catch (IllegalArgumentException | JacksonException e) {
      return Optional.empty();
    }
    return Optional.empty();
  }
}
