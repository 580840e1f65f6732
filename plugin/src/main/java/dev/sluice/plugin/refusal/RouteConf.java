// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.refusal;

import dev.sluice.plugin.filter.ConfException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;

/**
 * A filter's configuration on a route: the JSON object behind {@code value}.
 *
 * <p>Every key must be read before {@link #finish}, which refuses what is left over, so that a typo closes the route instead of
 * switching a limit off. Not thread-safe; used while one configuration is read.
 */
public final class RouteConf {
  private static final ObjectMapper JSON = JsonMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();
  private static final Pattern DURATION = Pattern.compile("(\\d{1,9})(ms|s|m)");

  private final Map<String, JsonNode> left = new LinkedHashMap<>();
  private final Set<String> known = new LinkedHashSet<>();

  private RouteConf() {}

  /**
   * Reads {@code json}; an empty text is an empty object.
   *
   * @throws ConfException if it is not one JSON object
   */
  public static RouteConf parse(String json) throws ConfException {
    RouteConf conf = new RouteConf();
    if (json.isBlank()) {
      return conf;
    }
    JsonNode root;
    try {
      root = JSON.readTree(json);
    } catch (JacksonException e) {
      throw new ConfException("value: not valid JSON (expected: an object such as {})");
    }
    if (!root.isObject()) {
      throw new ConfException("value: " + root.getNodeType() + " (expected: an object such as {})");
    }
    for (Map.Entry<String, JsonNode> entry : root.properties()) {
      conf.left.put(entry.getKey(), entry.getValue());
    }
    return conf;
  }

  /** A duration such as {@code "30s"} or {@code "500ms"}, at most {@code most}. */
  public Optional<Duration> duration(String key, Duration most) throws ConfException {
    Optional<String> text = text(key);
    if (text.isEmpty()) {
      return Optional.empty();
    }
    Matcher matcher = DURATION.matcher(text.get());
    if (!matcher.matches()) {
      throw new ConfException(key + ": not a duration (expected: a number with ms, s or m, such as 30s)");
    }
    long number = Long.parseLong(matcher.group(1));
    Duration value =
        switch (matcher.group(2)) {
          case "ms" -> Duration.ofMillis(number);
          case "s" -> Duration.ofSeconds(number);
          default -> Duration.ofMinutes(number);
        };
    if (value.compareTo(most) > 0) {
      throw new ConfException(key + ": " + text.get() + " (expected: at most " + most.toSeconds() + "s)");
    }
    return Optional.of(value);
  }

  /** A text. */
  public Optional<String> text(String key) throws ConfException {
    known.add(key);
    JsonNode node = left.remove(key);
    if (node == null) {
      return Optional.empty();
    }
    if (!node.isString()) {
      throw new ConfException(key + ": " + node.getNodeType() + " (expected: a text)");
    }
    return Optional.of(node.stringValue());
  }

  /** A list of texts; empty if absent. */
  public List<String> texts(String key) throws ConfException {
    known.add(key);
    JsonNode node = left.remove(key);
    if (node == null) {
      return List.of();
    }
    List<String> values = new ArrayList<>();
    for (JsonNode item : node.isArray() ? node.values() : List.of(node)) {
      if (!item.isString()) {
        throw new ConfException(key + ": " + item.getNodeType() + " (expected: a list of texts)");
      }
      values.add(item.stringValue());
    }
    return List.copyOf(values);
  }

  /**
   * Ends the reading.
   *
   * @throws ConfException naming every key that nothing asked for
   */
  public void finish() throws ConfException {
    if (!left.isEmpty()) {
      throw new ConfException("unknown keys " + left.keySet() + " (expected: " + (known.isEmpty() ? "none" : "only " + known) + ")");
    }
  }
}
