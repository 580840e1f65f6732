// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.dialect;

import java.nio.charset.StandardCharsets;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.json.JsonFactory;

/**
 * A position in a JSON body that also knows the bytes under it, and counts keys. Not thread-safe; confined to one reading.
 *
 * <p>The parser reads from one array that holds the whole body, so its byte offsets are indices of that array.
 */
final class BodyCursor implements AutoCloseable {
  /* Only names, the model and the service tier are ever decoded; the bound keeps a hostile one small. */
  private static final int MAX_DECODED_CHARS = 16_384;

  private final byte[] body;
  private final JsonParser parser;
  private final int maxKeys;
  private int keys;

  BodyCursor(JsonFactory factory, byte[] body, int maxKeys) {
    this.body = body;
    this.maxKeys = maxKeys;
    parser = factory.createParser(ObjectReadContext.empty(), body, 0, body.length);
  }

  /**
   * The factory cursors are made with. Names are kept in a table per reading and never interned, so that callers can't fill
   * the process with names; encodings are not guessed.
   */
  static JsonFactory factory(int maxDepth) {
    return JsonFactory.builder()
        .streamReadConstraints(
            StreamReadConstraints.builder()
                .maxNestingDepth(maxDepth)
                .maxNameLength(MAX_DECODED_CHARS)
                .maxStringLength(MAX_DECODED_CHARS)
                .maxNumberLength(1_000)
                .build())
        .disable(TokenStreamFactory.Feature.INTERN_PROPERTY_NAMES)
        .disable(TokenStreamFactory.Feature.CHARSET_DETECTION)
        .build();
  }

  byte[] body() {
    return body;
  }

  /** The current token, {@link JsonToken#NOT_AVAILABLE} before the first. */
  JsonToken token() {
    JsonToken token = parser.currentToken();
    return token == null ? JsonToken.NOT_AVAILABLE : token;
  }

  /** Moves on and returns the new token, {@link JsonToken#NOT_AVAILABLE} behind the last. */
  JsonToken next() {
    JsonToken token = parser.nextToken();
    if (token == JsonToken.PROPERTY_NAME) {
      countKey();
    }
    return token == null ? JsonToken.NOT_AVAILABLE : token;
  }

  /** Moves to the next key of the current object; false at the object's end. */
  boolean nextKey() {
    return next() == JsonToken.PROPERTY_NAME;
  }

  String key() {
    return parser.currentName();
  }

  /** Index of the byte behind the current token; for a string that was not decoded, behind its opening quote. */
  int offset() {
    return (int) parser.currentLocation().getByteOffset();
  }

  /** The current string or number, decoded. */
  String text() {
    return parser.getString();
  }

  /** Number of characters of the current number or literal. */
  int length() {
    return parser.getStringLength();
  }

  /** Index of the quote that closes the string whose content starts at {@code from}. */
  int closingQuote(int from) {
    int i = from;
    while (i < body.length && body[i] != '"') {
      i += body[i] == '\\' ? 2 : 1;
    }
    return Math.min(i, body.length);
  }

  /** The bytes {@code from} to {@code to}, the latter not included, each a character. */
  String raw(int from, int to) {
    return new String(body, from, to - from, StandardCharsets.ISO_8859_1);
  }

  /** Passes over the current value, counting the keys in it. */
  void skip() {
    int open = 0;
    JsonToken token = token();
    while (true) {
      switch (token) {
        case START_OBJECT, START_ARRAY -> open++;
        case END_OBJECT, END_ARRAY -> open--;
        case NOT_AVAILABLE -> open = 0;
        default -> {}
      }
      if (open == 0) {
        return;
      }
      token = next();
    }
  }

  private void countKey() {
    keys++;
    if (keys > maxKeys) {
      throw RefusedException.malformed("", "The body has more than " + maxKeys + " object keys. Send fewer messages or smaller tools.");
    }
  }

  @Override
  public void close() {
    parser.close();
  }
}
