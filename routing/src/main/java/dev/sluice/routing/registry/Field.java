// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.registry;

import dev.sluice.routing.config.ConfigProblem;
import dev.sluice.routing.config.Kind;
import dev.sluice.routing.config.Place;
import dev.sluice.routing.config.Problems;
import dev.sluice.routing.config.YamlNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * The declaration of one column that administrators see: the only place its name, kind and use are written. Immutable.
 *
 * @param kind what a value must be; empty where only the storage's form counts
 */
public record Field(String name, Storage storage, Optional<Kind<?>> kind, Need need, String doc) {
  /** When a field must, may or cannot be given. */
  public enum Need {
    /** A new row must have it; it can be changed but not cleared. */
    REQUIRED,
    /** Given with a new row or made for it, and never changed. */
    FIXED,
    /** Given with a new row, and never changed. */
    FIXED_REQUIRED,
    /** May be absent; null clears it. */
    CLEARABLE,
    /** Empty unless given; null empties it. */
    EMPTIABLE,
    /** Has a default; cannot be cleared. */
    DEFAULTED,
    /** Not for administrators to write. */
    READ_ONLY
  }

  static Field of(String name, Storage storage, Kind<?> kind, Need need, String doc) {
    return new Field(name, storage, Optional.of(kind), need, doc);
  }

  static Field free(String name, Storage storage, Need need, String doc) {
    return new Field(name, storage, Optional.empty(), need, doc);
  }

  /** What is wrong with a value that is not null; nothing if it may be stored. */
  List<Fault> refuse(JsonNode value) {
    if (!storage.takes(value)) {
      return List.of(Fault.of(name, shown(value), kind.map(Kind::expected).orElse(storage.description())));
    }
    if (kind.isEmpty()) {
      return List.of();
    }
    var problems = new Problems();
    boolean read = kind.get().read(node(value), new Kind.Source(name, false, problems)).isPresent();
    var faults = new ArrayList<Fault>();
    for (ConfigProblem problem : problems.list()) {
      faults.add(new Fault(problem.path(), problem.value(), problem.expected(), problem.nearest()));
    }
    return read || !faults.isEmpty() ? faults : List.of(Fault.of(name, shown(value), kind.get().expected()));
  }

  static String shown(JsonNode value) {
    return value.isContainer() ? (value.isArray() ? "a list" : "an object") : value.asString("");
  }

  private static YamlNode node(JsonNode value) {
    Place place = Place.DEFAULT;
    if (value.isArray()) {
      return new YamlNode.Items(Storage.elements(value).stream().map(Field::node).toList(), place);
    }
    // No plain notation: 1E+999999999 is a short number with a long text.
    return new YamlNode.Scalar(value.isBigDecimal() ? value.decimalValue().toString() : value.asString(""), place);
  }

  /** The field as a member of a JSON schema. */
  public Map<String, Object> schema() {
    var schema = new LinkedHashMap<String, Object>();
    switch (storage) {
      case TEXT, BYTES -> schema.put("type", "string");
      case INSTANT -> {
        schema.put("type", "string");
        schema.put("format", "date-time");
      }
      case INTEGER -> schema.put("type", "integer");
      case REAL, DECIMAL -> schema.put("type", "number");
      case FLAG -> schema.put("type", "boolean");
      case TEXTS, INTEGERS -> {
        schema.put("type", "array");
        schema.put("items", Map.of("type", storage == Storage.TEXTS ? "string" : "integer"));
      }
      case DOCUMENT -> schema.put("type", "object");
    }
    for (String member : List.of("enum", "minimum", "maximum", "maxLength", "maxItems")) {
      kind.map(Kind::schema).map(all -> all.get(member)).ifPresent(value -> schema.put(member, value));
    }
    if (need == Need.CLEARABLE || (need == Need.READ_ONLY && !name.endsWith("ed_at"))) {
      schema.computeIfPresent("type", (key, type) -> List.of(type, "null"));
    }
    if (need == Need.READ_ONLY) {
      schema.put("readOnly", true);
    }
    schema.put("description", doc);
    return schema;
  }
}
