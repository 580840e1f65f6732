// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.hook;

import dev.sluice.plugin.protocol.Bytes;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.io.JsonStringEncoder;
import tools.jackson.core.json.JsonFactory;

/** What is said to webhooks and understood of their answers. Requests stand in it byte for byte. Stateless. */
final class HookMessages {
  private static final int MAX_REASON_CHARS = 500;
  private static final JsonFactory JSON = JsonFactory.builder().disable(TokenStreamFactory.Feature.INTERN_PROPERTY_NAMES).build();

  private HookMessages() {}

  /** An object of the given members, and last the request. */
  static byte[] envelope(List<Map.Entry<String, Object>> members, byte[] request) {
    StringBuilder head = new StringBuilder("{");
    for (Map.Entry<String, Object> member : members) {
      head.append(quoted(member.getKey())).append(':');
      head.append(member.getValue() instanceof Long number ? Long.toString(number) : quoted(member.getValue().toString())).append(',');
    }
    head.append("\"request\":");
    ByteArrayOutputStream envelope = new ByteArrayOutputStream(head.length() + request.length + 1);
    envelope.writeBytes(head.toString().getBytes(StandardCharsets.UTF_8));
    envelope.writeBytes(request);
    envelope.write('}');
    return envelope.toByteArray();
  }

  private static String quoted(String text) {
    return '"' + new String(JsonStringEncoder.getInstance().quoteAsCharArray(text)) + '"';
  }

  /** The answer of a content hook: an object with an {@code action}; empty if it is none. Members not known are passed over. */
  static Optional<HookAnswer> answer(byte[] body) {
    try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), body)) {
      return read(parser, body);
    } catch (JacksonException e) {
      return Optional.empty(); // its message would quote the answer
    }
  }

  private static Optional<HookAnswer> read(JsonParser parser, byte[] body) {
    if (parser.nextToken() != JsonToken.START_OBJECT) {
      return Optional.empty();
    }
    String action = "";
    String reason = "";
    byte @Nullable [] request = null;
    Set<String> seen = new HashSet<>();
    while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
      String name = parser.currentName();
      JsonToken value = parser.nextToken();
      if (!seen.add(name)) {
        return Optional.empty();
      }
      if (name.equals("action") && value == JsonToken.VALUE_STRING) {
        action = parser.getString();
      } else if (name.equals("reason") && value == JsonToken.VALUE_STRING) {
        reason = printable(parser.getString());
      } else if (name.equals("request") && value == JsonToken.START_OBJECT) {
        int from = (int) parser.currentTokenLocation().getByteOffset();
        parser.skipChildren();
        request = Arrays.copyOfRange(body, from, (int) parser.currentLocation().getByteOffset());
      } else {
        parser.skipChildren();
      }
    }
    if (parser.nextToken() != null) {
      return Optional.empty();
    }
    return switch (action) {
      case "allow" -> Optional.of(new HookAnswer.Allow());
      case "deny" -> Optional.of(new HookAnswer.Deny(reason));
      case "replace" -> Optional.ofNullable(request).map(bytes -> new HookAnswer.Replace(Bytes.of(bytes)));
      default -> Optional.empty();
    };
  }

  private static String printable(String text) {
    StringBuilder line = new StringBuilder();
    text.codePoints().filter(c -> !Character.isISOControl(c) && c != 0x2028 && c != 0x2029).limit(MAX_REASON_CHARS).forEach(line::appendCodePoint);
    return line.toString().strip();
  }
}
