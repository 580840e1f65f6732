// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.usage;

import java.util.HashMap;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.json.JsonFactory;

/** Finds usage figures and content in one JSON value: a whole answer, or the data of one event. Thread-safe. */
final class UsageJson {
  private static final int MAX_DEPTH = 512;
  private static final int MAX_DIGITS = 18;
  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH).build())
          .disable(TokenStreamFactory.Feature.INTERN_PROPERTY_NAMES)
          .build();

  private UsageJson() {}

  /** Reads a whole, unstreamed answer. What was read before a cut or an error counts. */
  static void readAnswer(String json, UsageTally tally) {
    try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), json)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        return;
      }
      while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
        String key = parser.currentName();
        parser.nextToken();
        if (key.equals("usage")) {
          if (readUsage(parser, tally)) {
            tally.usageIsFinal();
          }
        } else {
          parser.skipChildren();
        }
      }
    } catch (JacksonException e) {
      // The capture keeps the head of a long answer; the figures seen stand, those cut off are missing.
    }
  }

  /** Reads the data of one event. An event that is not whole JSON, such as the last of a cut stream, counts for nothing. */
  static void readEvent(String json, UsageTally tally) {
    try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), json)) {
      if (parser.nextToken() == JsonToken.START_OBJECT) {
        new EventReading(parser, tally).read();
      }
    } catch (JacksonException e) {
      // As above.
    }
  }

  /**
   * Reads the usage object at the parser; false if it is something else, such as the null of an earlier chunk. Figures count
   * only once the object has closed, because the last number of a cut one may be cut itself.
   */
  private static boolean readUsage(JsonParser parser, UsageTally tally) {
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      parser.skipChildren();
      return false;
    }
    Map<String, Long> figures = new HashMap<>();
    while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
      String key = parser.currentName();
      JsonToken value = parser.nextToken();
      if (value == JsonToken.VALUE_NUMBER_INT && parser.getStringLength() <= MAX_DIGITS) {
        figures.put(key, parser.getLongValue());
      } else if (value == JsonToken.START_OBJECT && (key.equals("prompt_tokens_details") || key.equals("input_tokens_details"))) {
        readDetails(parser, figures);
      } else {
        parser.skipChildren();
      }
    }
    figures.forEach(tally::figure);
    return !figures.isEmpty();
  }

  /** Of the details of the prompt, those tokens that the provider had in its cache. */
  private static void readDetails(JsonParser parser, Map<String, Long> figures) {
    while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
      String key = parser.currentName();
      JsonToken value = parser.nextToken();
      if (key.equals("cached_tokens") && value == JsonToken.VALUE_NUMBER_INT && parser.getStringLength() <= MAX_DIGITS) {
        figures.put(key, parser.getLongValue());
      } else {
        parser.skipChildren();
      }
    }
  }

  /** The reading of one event's object. Not thread-safe; confined to one call. */
  private static final class EventReading {
    private final JsonParser parser;
    private final UsageTally tally;
    private String type = "";
    private boolean usage;
    private boolean choices;
    private boolean nestedFinal;

    EventReading(JsonParser parser, UsageTally tally) {
      this.parser = parser;
      this.tally = tally;
    }

    void read() {
      while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
        String key = parser.currentName();
        JsonToken value = parser.nextToken();
        switch (key) {
          case "type" -> type = value == JsonToken.VALUE_STRING ? parser.getString() : "";
          case "usage" -> usage |= readUsage(parser, tally);
          case "choices" -> readChoices();
          case "message", "response" -> readNested(key.equals("response"));
          default -> parser.skipChildren();
        }
      }
      classify();
    }

    private void classify() {
      switch (type) {
        case "content_block_delta" -> tally.contentDelta();
        case "message_stop", "response.completed", "response.incomplete", "response.failed" -> tally.ended();
        default -> {
          if (type.startsWith("response.") && type.endsWith(".delta")) {
            tally.contentDelta();
          }
        }
      }
      // A chunk that carries usage and no choice is the last but the end mark; one with both may be one of many.
      boolean lastOfOpenAi = usage && !choices && type.isEmpty();
      if (lastOfOpenAi || (usage && type.equals("message_delta")) || nestedFinal) {
        tally.usageIsFinal();
      }
    }

    /* Anthropic's message_start holds a message with usage, OpenAI's response.completed a response with the final one. */
    private void readNested(boolean isFinal) {
      if (parser.currentToken() != JsonToken.START_OBJECT) {
        parser.skipChildren();
        return;
      }
      while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
        String key = parser.currentName();
        parser.nextToken();
        if (key.equals("usage")) {
          nestedFinal |= readUsage(parser, tally) && isFinal;
        } else {
          parser.skipChildren();
        }
      }
    }

    private void readChoices() {
      if (parser.currentToken() != JsonToken.START_ARRAY) {
        parser.skipChildren();
        return;
      }
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        choices = true;
        if (parser.currentToken() == JsonToken.START_OBJECT) {
          readChoice();
        } else {
          parser.skipChildren();
        }
      }
    }

    private void readChoice() {
      boolean content = false;
      while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
        String key = parser.currentName();
        JsonToken value = parser.nextToken();
        if (key.equals("delta") && value == JsonToken.START_OBJECT) {
          content |= readDelta();
        } else {
          content |= key.equals("text") && isText(value);
          parser.skipChildren();
        }
      }
      if (content) {
        tally.contentDelta();
      }
    }

    private boolean readDelta() {
      boolean content = false;
      while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
        String key = parser.currentName();
        JsonToken value = parser.nextToken();
        content |= value == JsonToken.START_ARRAY || (!key.equals("role") && isText(value));
        parser.skipChildren();
      }
      return content;
    }

    private boolean isText(JsonToken value) {
      return value == JsonToken.VALUE_STRING && parser.getStringLength() > 0;
    }
  }
}
