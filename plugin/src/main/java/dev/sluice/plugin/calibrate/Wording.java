// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.calibrate;

import dev.sluice.plugin.calibrate.Profile.Shape;
import java.io.ByteArrayOutputStream;
import java.util.random.RandomGenerator;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/**
 * How an endpoint wants to be asked: servers differ in the limit's name and in whether streams may be asked for usage. Immutable.
 *
 * @param limitKey names the most tokens of an answer
 * @param streamUsage whether streams are asked for their usage
 */
record Wording(String limitKey, boolean streamUsage) {
  private static final JsonFactory JSON = new JsonFactory();

  /** Short everyday words, about a token each. */
  private static final String[] WORDS = {
    "sun", "tree", "boat", "red", "wind", "hill", "fish", "lamp", "door", "cup", "rain", "hat", "bird", "milk", "sand", "bell", "leaf", "ring",
    "fox", "gate", "snow", "rope", "coin", "desk", "moon", "nest", "pear", "road", "ship", "tent", "wolf", "yard"
  };

  /** The usual wording first. */
  static Wording[] all() {
    return new Wording[] {
      new Wording("max_tokens", true), new Wording("max_completion_tokens", true), new Wording("max_tokens", false),
      new Wording("max_completion_tokens", false)
    };
  }

  /** The body of a chat request of a shape. */
  byte[] body(String model, Shape shape, boolean stream, RandomGenerator random) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), bytes)) {
      json.writeStartObject();
      json.writeStringProperty("model", model);
      json.writeArrayPropertyStart("messages");
      json.writeStartObject();
      json.writeStringProperty("role", "user");
      json.writeStringProperty("content", prompt(shape.promptTokens(), random));
      json.writeEndObject().writeEndArray();
      json.writeNumberProperty(limitKey, shape.outputTokens());
      json.writeBooleanProperty("stream", stream);
      if (stream && streamUsage) {
        json.writeObjectPropertyStart("stream_options");
        json.writeBooleanProperty("include_usage", true);
        json.writeEndObject();
      }
      json.writeEndObject();
    }
    return bytes.toByteArray();
  }

  /** Random words, so that no two prompts share more than a beginning by chance, then a task without an end. */
  private static String prompt(int tokens, RandomGenerator random) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < tokens - 12; i++) {
      text.append(WORDS[random.nextInt(WORDS.length)]).append(' ');
    }
    return text.append("Write a story about these words and never end it.").toString();
  }
}
