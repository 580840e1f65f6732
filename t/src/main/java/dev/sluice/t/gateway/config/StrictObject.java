// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.gateway.config;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** One YAML mapping that remembers which keys were read, so that what is left over can be refused. Not thread-safe. */
final class StrictObject {
  private final String path;
  private final JsonNode node;
  private final Set<String> read = new HashSet<>();

  StrictObject(String path, JsonNode node) {
    if (!node.isObject()) {
      throw new ConfigException(path, "is not a mapping");
    }
    this.path = path;
    this.node = node;
  }

  String path() {
    return path;
  }

  String pathOf(String key) {
    return path.isEmpty() ? key : path + "." + key;
  }

  boolean has(String key) {
    return node.has(key);
  }

  boolean isList(String key) {
    JsonNode value = node.get(key);
    return value != null && value.isArray();
  }

  Set<String> keys() {
    return new TreeSet<>(node.propertyNames());
  }

  String string(String key) {
    JsonNode value = required(key);
    if (!value.isString() && !value.isNumber()) {
      throw new ConfigException(pathOf(key), "is not a string");
    }
    return value.asString();
  }

  String string(String key, String fallback) {
    return has(key) ? string(key) : fallback;
  }

  int integer(String key, int fallback, int min) {
    JsonNode value = read(key);
    if (value == null) {
      return fallback;
    }
    if (!value.isIntegralNumber() || !value.canConvertToInt() || value.intValue() < min) {
      throw new ConfigException(pathOf(key), "is not a whole number of at least " + min);
    }
    return value.intValue();
  }

  double number(String key, double fallback) {
    JsonNode value = read(key);
    if (value == null) {
      return fallback;
    }
    if (!value.isNumber() || value.doubleValue() <= 0) {
      throw new ConfigException(pathOf(key), "is not a number above 0");
    }
    return value.doubleValue();
  }

  boolean bool(String key, boolean fallback) {
    JsonNode value = read(key);
    if (value == null) {
      return fallback;
    }
    if (!value.isBoolean()) {
      throw new ConfigException(pathOf(key), "is neither true nor false");
    }
    return value.booleanValue();
  }

  StrictObject object(String key) {
    return new StrictObject(pathOf(key), required(key));
  }

  /** The mappings of a list; empty when the key is absent. */
  List<StrictObject> objects(String key) {
    List<StrictObject> out = new ArrayList<>();
    List<JsonNode> items = nodes(key);
    for (int i = 0; i < items.size(); i++) {
      out.add(new StrictObject(pathOf(key) + "[" + i + "]", items.get(i)));
    }
    return out;
  }

  /** The strings of a list; empty when the key is absent. */
  List<String> strings(String key) {
    List<String> out = new ArrayList<>();
    for (JsonNode item : nodes(key)) {
      if (!item.isString()) {
        throw new ConfigException(pathOf(key), "holds something that is not a string");
      }
      out.add(item.stringValue());
    }
    return out;
  }

  /** The items of a list, unread; empty when the key is absent. */
  List<JsonNode> nodes(String key) {
    JsonNode value = read(key);
    if (value == null) {
      return List.of();
    }
    if (!value.isArray()) {
      throw new ConfigException(pathOf(key), "is not a list");
    }
    return List.copyOf(value.asArray().values());
  }

  /** A mapping of names to texts, in file order. */
  Map<String, String> texts(String key) {
    Map<String, String> out = new LinkedHashMap<>();
    if (has(key)) {
      StrictObject inner = object(key);
      for (String name : inner.node.propertyNames()) {
        out.put(name, inner.string(name));
      }
    }
    return out;
  }

  /** Marks a key as known although the gateway has no use for its value. */
  void ignore(String key) {
    read.add(key);
  }

  /** Refuses whatever was not read. */
  void done() {
    Set<String> unknown = keys();
    unknown.removeAll(read);
    if (!unknown.isEmpty()) {
      throw new ConfigException(path, "the embedded gateway does not know " + unknown);
    }
  }

  private JsonNode required(String key) {
    JsonNode value = read(key);
    if (value == null) {
      throw new ConfigException(pathOf(key), "is missing");
    }
    return value;
  }

  private @Nullable JsonNode read(String key) {
    read.add(key);
    JsonNode value = node.get(key);
    return value == null || value.isNull() ? null : value;
  }
}
