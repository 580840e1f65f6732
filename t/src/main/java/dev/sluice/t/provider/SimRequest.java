// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.provider;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32;
import tools.jackson.databind.JsonNode;

/**
 * A generation as the provider understands it. Immutable.
 *
 * @param model the model's name, echoed
 * @param stream whether the caller wants events
 * @param includeUsage whether the caller wants usage in an OpenAI stream
 * @param promptTokens the prompt's length by this package's convention, cached ones included
 * @param cachedTokens how many of them count as read from a cache
 * @param outputTokens how many tokens will be produced
 * @param limited whether the caller's limit cut the output
 */
record SimRequest(
    String model,
    boolean stream,
    boolean includeUsage,
    int promptTokens,
    int cachedTokens,
    int outputTokens,
    boolean limited) {
  private static final int BYTES_PER_TOKEN = 4;
  private static final int SHORTEST_DRAWN = 16;
  private static final int DRAWN_SPREAD = 240;
  private static final List<String> LIMIT_KEYS = List.of("max_completion_tokens", "max_output_tokens", "max_tokens");
  private static final List<String> TEXT_KEYS = List.of("messages", "prompt", "input", "system", "instructions");

  /**
   * Reads a body.
   *
   * @param outputHeader the value of {@code x-sim-output}, or empty
   * @param exactTokens the prompt's tokens where the provider counts them; 0 for this package's convention
   */
  static SimRequest read(JsonNode body, String outputHeader, int exactTokens) {
    TextMeter texts = new TextMeter();
    TEXT_KEYS.forEach(key -> texts.add(body.path(key)));
    int byBytes = Math.max(1, Math.toIntExact((texts.bytes + BYTES_PER_TOKEN - 1) / BYTES_PER_TOKEN));
    int promptTokens = exactTokens > 0 ? exactTokens : byBytes;
    int wanted = outputHeader.isEmpty() ? directive(body, "out") : Integer.parseInt(outputHeader);
    if (wanted < 0) {
      wanted = SHORTEST_DRAWN + (int) (texts.checksum.getValue() % DRAWN_SPREAD);
    }
    int limit = outputLimit(body).orElse(Integer.MAX_VALUE);
    return new SimRequest(
        body.path("model").asString("sim"),
        body.path("stream").asBoolean(false),
        body.path("stream_options").path("include_usage").asBoolean(false),
        promptTokens,
        Math.min(promptTokens, Math.max(0, directive(body, "cached"))),
        Math.max(1, Math.min(wanted, limit)),
        wanted > limit);
  }

  /** The caller's limit on the output; the least of several. */
  static OptionalInt outputLimit(JsonNode body) {
    return LIMIT_KEYS.stream().map(body::path).filter(JsonNode::isIntegralNumber).mapToInt(JsonNode::asInt).min();
  }

  /** The number behind {@code sim:name=}, in {@code user} or {@code metadata}; below 0 when it is not there. */
  private static int directive(JsonNode body, String name) {
    Pattern pattern = Pattern.compile("sim:(?:\\w+=\\d+,)*" + name + "=(\\d+)");
    StringBuilder places = new StringBuilder(body.path("user").asString(""));
    body.path("metadata").values().forEach(value -> places.append(' ').append(value.asString("")));
    Matcher matcher = pattern.matcher(places);
    return matcher.find() ? Integer.parseInt(matcher.group(1)) : -1;
  }

  /** Adds up the bytes of texts, however deep they lie; names, roles and types don't count. */
  private static final class TextMeter {
    private final CRC32 checksum = new CRC32();
    private long bytes;

    void add(JsonNode node) {
      if (node.isString()) {
        byte[] text = node.stringValue().getBytes(StandardCharsets.UTF_8);
        bytes += text.length;
        checksum.update(text);
      } else if (node.isArray()) {
        node.values().forEach(this::add);
      } else if (node.isObject()) {
        add(node.path("content"));
        add(node.path("text"));
      }
    }
  }
}
