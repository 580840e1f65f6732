// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.dialect;

import dev.sluice.scheduler.TokenCost;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonToken;

/** One reading of one body, from its first brace to its last. Not thread-safe; confined to one call of the reader. */
final class BodyReading {
  private static final long MAX_LIMIT_TOKENS = 1_000_000_000;
  private static final long MAX_CHOICES = 16_384;
  private static final int MAX_MODEL_CHARS = 256;
  private static final int MAX_TIER_CHARS = 64;
  /* Every character of a JSON string is at most a six-byte escape. */
  private static final int MAX_BYTES_PER_CHAR = 6;

  private final Dialect dialect;
  private final BodyCursor cursor;
  private final ContentMeter meter;
  private final Set<BodyKey> seen = EnumSet.noneOf(BodyKey.class);

  private String model = "";
  private boolean stream;
  private boolean usageRequested;
  private boolean limited;
  private long limitTokens;
  private long choices = 1;
  private int messages;
  private int prompts = 1;
  private @Nullable String serviceTier;
  private boolean tools;

  BodyReading(Dialect dialect, BodyCursor cursor, ContentMeter meter) {
    this.dialect = dialect;
    this.cursor = cursor;
    this.meter = meter;
  }

  PromptShape read() {
    if (cursor.next() != JsonToken.START_OBJECT) {
      throw RefusedException.malformed("", "The body is not a JSON object. Send one object, such as {\"model\": ..., ...}.");
    }
    while (cursor.nextKey()) {
      String name = cursor.key();
      JsonToken value = cursor.next();
      BodyKey key = BodyKey.of(name);
      if (key == null) {
        requireUnlikeOurs(name);
        cursor.skip();
      } else if (seen.add(key)) {
        readValue(key, value);
      } else {
        throw RefusedException.repeated(key.label());
      }
    }
    if (cursor.next() != JsonToken.NOT_AVAILABLE) {
      throw new RefusedException(ReadResult.Problem.AMBIGUOUS, "", "The body holds more than one JSON value. Send one object and nothing behind it.");
    }
    if (model.isBlank()) {
      throw RefusedException.malformed("model", "The key 'model' is missing or empty. Name the model to use.");
    }
    return shape();
  }

  /* Some providers match keys in any letter case, so that MODEL would override model behind our back. */
  private static void requireUnlikeOurs(String name) {
    BodyKey key = BodyKey.ofAnyCase(name);
    if (key != null) {
      throw new RefusedException(
          ReadResult.Problem.AMBIGUOUS, key.label(), "The key '" + key.label() + "' must be written in lower case.");
    }
  }

  private PromptShape shape() {
    if (dialect != Dialect.OPENAI_EMBEDDINGS) {
      meter.addFrames(messages);
    }
    long answers = choices * prompts;
    return new PromptShape(
        model,
        stream,
        usageRequested,
        Math.min(meter.tokens(), TokenCost.MAX_TOKENS),
        maxOutputTokens(answers),
        (int) Math.min(answers, Integer.MAX_VALUE),
        messages,
        Optional.ofNullable(serviceTier),
        tools,
        false);
  }

  private OptionalLong maxOutputTokens(long answers) {
    if (!dialect.generates()) {
      return OptionalLong.of(0);
    }
    if (!limited) {
      return OptionalLong.empty();
    }
    return OptionalLong.of(limitTokens > TokenCost.MAX_TOKENS / answers ? TokenCost.MAX_TOKENS : limitTokens * answers);
  }

  private void readValue(BodyKey key, JsonToken value) {
    if (value == JsonToken.VALUE_NULL) {
      return;
    }
    switch (key) {
      case MODEL -> model = name(key, value, MAX_MODEL_CHARS);
      case SERVICE_TIER -> serviceTier = name(key, value, MAX_TIER_CHARS);
      case STREAM -> stream = flag(key.label(), value);
      case STREAM_OPTIONS -> readStreamOptions(value);
      case MAX_TOKENS, MAX_COMPLETION_TOKENS, MAX_OUTPUT_TOKENS, MAX_TOKENS_TO_SAMPLE -> {
        limited = true;
        limitTokens = Math.max(limitTokens, number(key, value, 0, MAX_LIMIT_TOKENS));
      }
      case N, BEST_OF -> choices = Math.max(choices, number(key, value, 1, MAX_CHOICES));
      case MESSAGES -> {
        require(value == JsonToken.START_ARRAY, key, "an array of messages");
        messages = addItems();
      }
      case PROMPT, INPUT -> readPrompt(key, value);
      case SYSTEM, INSTRUCTIONS, SUFFIX -> meter.addContent();
      case TOOLS, FUNCTIONS -> {
        require(value == JsonToken.START_ARRAY, key, "an array");
        tools |= addSchemas() > 0;
      }
      case RESPONSE_FORMAT -> meter.addSchema();
    }
  }

  private void readPrompt(BodyKey key, JsonToken value) {
    boolean shaped = value == JsonToken.VALUE_STRING || value == JsonToken.START_ARRAY;
    if (key == BodyKey.PROMPT && dialect == Dialect.OPENAI_RESPONSES) {
      // There a prompt is a reference to a stored template with variables, not the text itself.
      meter.addContent();
      return;
    }
    require(shaped, key, "a string or an array");
    if (value == JsonToken.VALUE_STRING) {
      messages++;
      meter.addContent();
      return;
    }
    int items = addItems();
    messages += items;
    if (key == BodyKey.PROMPT && dialect == Dialect.OPENAI_COMPLETIONS) {
      prompts = Math.max(1, items);
    }
  }

  /** Measures the elements of the array at the cursor; an array of token ids is one item. */
  private int addItems() {
    int items = 0;
    boolean ids = false;
    while (cursor.next() != JsonToken.END_ARRAY) {
      if (cursor.token() == JsonToken.VALUE_NUMBER_INT) {
        ids = true;
      } else {
        items++;
      }
      meter.addContent();
    }
    return ids ? items + 1 : items;
  }

  private int addSchemas() {
    int items = 0;
    while (cursor.next() != JsonToken.END_ARRAY) {
      items++;
      meter.addSchema();
    }
    return items;
  }

  private void readStreamOptions(JsonToken value) {
    require(value == JsonToken.START_OBJECT, BodyKey.STREAM_OPTIONS, "an object");
    boolean found = false;
    while (cursor.nextKey()) {
      boolean isUsage = cursor.key().equals("include_usage");
      JsonToken option = cursor.next();
      if (!isUsage) {
        cursor.skip();
      } else if (found) {
        throw RefusedException.repeated("stream_options.include_usage");
      } else {
        found = true;
        usageRequested = option != JsonToken.VALUE_NULL && flag("stream_options.include_usage", option);
      }
    }
  }

  private String name(BodyKey key, JsonToken value, int maxChars) {
    require(value == JsonToken.VALUE_STRING, key, "a string");
    int from = cursor.offset();
    if (cursor.closingQuote(from) - from <= (long) maxChars * MAX_BYTES_PER_CHAR) {
      String name = cursor.text();
      if (name.length() <= maxChars && name.chars().noneMatch(BodyReading::isUnprintable)) {
        return name;
      }
    }
    throw RefusedException.malformed(
        key.label(),
        String.format(Locale.ROOT, "The key '%s' is not a name: at most %d printable characters.", key.label(), maxChars));
  }

  /* A name goes into headers, logs of others and metrics: nothing may end a line there. */
  private static boolean isUnprintable(int unit) {
    return Character.isISOControl(unit) || Character.isSurrogate((char) unit) || unit == 0x2028 || unit == 0x2029;
  }

  private static boolean flag(String label, JsonToken value) {
    if (value != JsonToken.VALUE_TRUE && value != JsonToken.VALUE_FALSE) {
      throw wrongType(label, "true or false");
    }
    return value == JsonToken.VALUE_TRUE;
  }

  private long number(BodyKey key, JsonToken value, long min, long max) {
    String expected = "a whole number from " + min + " to " + max;
    require(value == JsonToken.VALUE_NUMBER_INT, key, expected);
    // Ten digits and a sign hold every number allowed; a longer one needn't be converted to be refused.
    require(cursor.length() <= 11, key, expected);
    long number = Long.parseLong(cursor.text());
    require(number >= min && number <= max, key, expected);
    return number;
  }

  private static void require(boolean met, BodyKey key, String expected) {
    if (!met) {
      throw wrongType(key.label(), expected);
    }
  }

  private static RefusedException wrongType(String label, String expected) {
    return RefusedException.malformed(label, "The key '" + label + "' must be " + expected + ".");
  }
}
