// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.dialect;

import java.nio.charset.StandardCharsets;
import tools.jackson.core.JsonToken;

/**
 * Measures the parts of a body that become prompt tokens. Not thread-safe; confined to one reading.
 *
 * <p>Two kinds of value are told apart. <em>Content</em> is messages and their parts: strings count, except those under keys
 * that frame a part ({@code type}, {@code role}, ids, signatures), and an image, audio or file part has a fixed cost.
 * <em>Schema</em> is JSON the model reads as it is, such as tool definitions and tool arguments: names and brackets count too.
 */
final class ContentMeter {
  /* Chat formats wrap each message in about this many tokens, and the answer's start in three. */
  private static final int TOKENS_PER_MESSAGE = 4;
  private static final int TOKENS_PER_REQUEST = 3;

  private static final byte[] DATA_SCHEME = "data:".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] BASE64_MARK = ";base64,".getBytes(StandardCharsets.US_ASCII);
  private static final int MAX_MEDIA_TYPE_BYTES = 128;

  private final BodyCursor cursor;
  private final int mediaTokens;
  private final TextSink sink;
  private long media;

  ContentMeter(BodyCursor cursor, int mediaTokens, TextSink sink) {
    this.cursor = cursor;
    this.mediaTokens = mediaTokens;
    this.sink = sink;
  }

  /** Tokens of everything measured so far. */
  long tokens() {
    return sink.tokens() + mediaTokens();
  }

  /** Tokens of the images, files and the like among it. */
  long mediaTokens() {
    return media * mediaTokens;
  }

  /** Adds what a chat format puts around {@code messages} messages. */
  void addFrames(int messages) {
    sink.addTokens((long) messages * TOKENS_PER_MESSAGE + TOKENS_PER_REQUEST);
  }

  /** Measures one message at the cursor, with what a chat format puts around it. */
  void addMessage() {
    addContent();
    sink.addTokens(TOKENS_PER_MESSAGE);
  }

  /** Measures the content at the cursor. */
  void addContent() {
    switch (cursor.token()) {
      case VALUE_STRING -> addText();
      case VALUE_NUMBER_INT -> sink.addTokens(1);
      case START_ARRAY -> {
        while (cursor.next() != JsonToken.END_ARRAY) {
          addContent();
        }
      }
      case START_OBJECT -> addPart();
      default -> {}
    }
  }

  /** Measures the JSON at the cursor as text the model reads. */
  void addSchema() {
    switch (cursor.token()) {
      case VALUE_STRING -> addText();
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> sink.addTokens((cursor.length() + 2) / 3);
      case VALUE_TRUE, VALUE_FALSE, VALUE_NULL -> sink.addTokens(1);
      case START_ARRAY -> {
        sink.addTokens(1);
        while (cursor.next() != JsonToken.END_ARRAY) {
          sink.addTokens(1);
          addSchema();
        }
      }
      case START_OBJECT -> {
        sink.addTokens(1);
        while (cursor.nextKey()) {
          sink.addTokens(2);
          addName(cursor.key());
          cursor.next();
          addSchema();
        }
      }
      default -> {}
    }
  }

  private void addPart() {
    boolean holdsMedia = false;
    while (cursor.nextKey()) {
      String key = cursor.key();
      JsonToken value = cursor.next();
      switch (key) {
        case "image_url", "input_audio", "audio", "video_url", "file", "file_data", "file_url", "file_id" -> {
          holdsMedia |= value != JsonToken.VALUE_NULL;
          cursor.skip();
        }
        case "type", "role", "id", "tool_call_id", "tool_use_id", "call_id", "status", "detail", "media_type", "cache_control",
            "signature", "encrypted_content", "data", "filename" -> cursor.skip();
        case "source" -> holdsMedia |= addSource();
        case "input" -> addSchema();
        default -> addContent();
      }
    }
    if (holdsMedia) {
      media++;
    }
  }

  /** Measures an Anthropic source: plain text under {@code data}, or content, or else media; true for media. */
  private boolean addSource() {
    if (cursor.token() != JsonToken.START_OBJECT) {
      addContent();
      return false;
    }
    boolean holdsText = false;
    int dataFrom = -1;
    while (cursor.nextKey()) {
      String key = cursor.key();
      JsonToken value = cursor.next();
      if (key.equals("type") && value == JsonToken.VALUE_STRING) {
        String type = cursor.text();
        holdsText = type.equals("text") || type.equals("content");
      } else if (key.equals("data") && value == JsonToken.VALUE_STRING) {
        dataFrom = cursor.offset();
      } else if (key.equals("content")) {
        addContent();
      } else {
        cursor.skip();
      }
    }
    if (holdsText && dataFrom >= 0) {
      sink.addJsonString(cursor.body(), dataFrom);
      sink.endText();
    }
    return !holdsText;
  }

  private void addText() {
    int from = cursor.offset();
    if (isDataUrl(cursor.body(), from) && sink.takesDataUrls()) {
      media++;
      sink.skipText(cursor.closingQuote(from) - from);
    } else {
      sink.addJsonString(cursor.body(), from);
      sink.endText();
    }
  }

  private void addName(String name) {
    byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
    sink.addText(utf8, 0, utf8.length);
    sink.endText();
  }

  private static boolean isDataUrl(byte[] body, int from) {
    if (!startsWith(body, from, DATA_SCHEME)) {
      return false;
    }
    int limit = Math.min(body.length, from + MAX_MEDIA_TYPE_BYTES);
    for (int i = from + DATA_SCHEME.length; i < limit && body[i] != '"'; i++) {
      if (body[i] == ';' && startsWith(body, i, BASE64_MARK)) {
        return true;
      }
    }
    return false;
  }

  private static boolean startsWith(byte[] body, int from, byte[] prefix) {
    if (body.length - from < prefix.length) {
      return false;
    }
    for (int i = 0; i < prefix.length; i++) {
      if (body[from + i] != prefix[i]) {
        return false;
      }
    }
    return true;
  }
}
