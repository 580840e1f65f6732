// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.provider;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** JSON in and out. Stateless and thread-safe. */
final class Json {
  private static final JsonMapper MAPPER = new JsonMapper();

  private Json() {}

  static JsonNode read(byte[] text) {
    return MAPPER.readTree(text);
  }

  static String write(Object value) {
    return MAPPER.writeValueAsString(value);
  }

  /** An object of names and values in this order; unlike {@code Map.of} it takes nulls. */
  static Map<String, @Nullable Object> object(@Nullable Object... namesAndValues) {
    Map<String, @Nullable Object> out = new LinkedHashMap<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      out.put(String.valueOf(namesAndValues[i]), namesAndValues[i + 1]);
    }
    return out;
  }

  /** An OpenAI error body. */
  static String openAiError(int status, String message) {
    String type = status == 429 ? "rate_limit_error" : status < 500 ? "invalid_request_error" : "server_error";
    Object code = switch (status) {
      case 401 -> "invalid_api_key";
      case 429 -> "rate_limit_exceeded";
      default -> "error_" + status;
    };
    return write(object("error", object("message", message, "type", type, "param", null, "code", code)));
  }
}
