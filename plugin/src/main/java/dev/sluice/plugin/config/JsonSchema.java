// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.config;

import dev.sluice.routing.config.Key;
import dev.sluice.routing.config.Section;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Renders the declared configuration as a JSON schema, by which editors complete and check {@code sluice.yaml}. Immutable. */
public final class JsonSchema {
  private JsonSchema() {}

  /** The text of {@code conf/sluice.schema.json}. */
  public static String render() {
    Map<String, Object> schema = new LinkedHashMap<>();
    schema.put("$schema", "https://json-schema.org/draft/2020-12/schema");
    schema.put("title", "Sluice");
    schema.putAll(body(SluiceDocument.ROOT));
    return Json.write(schema);
  }

  private static Map<String, Object> body(Section section) {
    Map<String, Object> properties = new LinkedHashMap<>();
    section.keys().forEach(key -> properties.put(key.name(), property(key)));
    section.sections().forEach(inner -> properties.put(inner.name(), shaped(inner)));
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("description", section.doc());
    // A section whose keys are all commented out reads as null.
    body.put("type", section.shape() == Section.Shape.LIST ? "object" : List.of("object", "null"));
    body.put("additionalProperties", false);
    body.put("properties", properties);
    List<String> required = section.keys().stream().filter(Key::required).map(Key::name).toList();
    if (!required.isEmpty()) {
      body.put("required", required);
    }
    return body;
  }

  private static Map<String, Object> shaped(Section section) {
    Map<String, Object> outer = new LinkedHashMap<>();
    outer.put("description", section.doc());
    switch (section.shape()) {
      case SINGLE -> {
        return body(section);
      }
      case NAMED -> {
        outer.put("type", List.of("object", "null"));
        outer.put("additionalProperties", body(section));
      }
      case LIST -> {
        Object item = body(section);
        outer.put("type", List.of("array", "null"));
        outer.put("items", section.shorthand().isPresent() ? Map.of("anyOf", List.of(section.shorthand().get().kind().schema(), item)) : item);
      }
    }
    return outer;
  }

  private static Map<String, Object> property(Key<?> key) {
    Map<String, Object> property = new LinkedHashMap<>();
    property.put("description", key.doc() + " Default: " + (key.absence().isEmpty() ? "none" : key.absence()) + ".");
    property.putAll(new TreeMap<>(key.kind().schema()));
    return property;
  }
}
