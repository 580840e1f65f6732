// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.admin.api;

import dev.sluice.plugin.admin.api.Route.Access;
import dev.sluice.routing.registry.Audit;
import dev.sluice.routing.registry.Entities;
import dev.sluice.routing.registry.Entity;
import dev.sluice.routing.registry.Field;
import dev.sluice.routing.registry.Field.Need;
import dev.sluice.routing.registry.UsageReport;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.dataformat.yaml.YAMLMapper;
import tools.jackson.dataformat.yaml.YAMLWriteFeature;

/** The OpenAPI 3.1 document, rendered from the routes and the entities, so that it says neither more nor less than they do. */
public final class OpenApi {
  private static final Map<String, Object> TEXT = Map.of("type", "string");
  private static final Map<String, Object> WHOLE = Map.of("type", "integer");
  private static final Map<String, Object> NUMBER = Map.of("type", "number");
  private static final Map<String, Object> FLAG = Map.of("type", "boolean");
  private static final Map<String, Object> ANY = Map.of("type", "object");

  private OpenApi() {}

  /** The document as YAML in UTF-8. */
  public static byte[] yaml(List<Route> routes) {
    YAMLMapper mapper =
        YAMLMapper.builder().enable(YAMLWriteFeature.MINIMIZE_QUOTES).disable(YAMLWriteFeature.WRITE_DOC_START_MARKER, YAMLWriteFeature.SPLIT_LINES).build();
    return ("# SPDX-License-Identifier: Apache-2.0\n" + mapper.writeValueAsString(document(routes))).getBytes(StandardCharsets.UTF_8);
  }

  private static Map<String, Object> document(List<Route> routes) {
    var document = new LinkedHashMap<String, Object>();
    document.put("openapi", "3.1.0");
    document.put(
        "info",
        object(
            "title", "Sluice administration",
            "version", "1",
            "description", "The admin port. Rows carry a version: PATCH and DELETE name the one that was read, by If-Match."
                + " Errors are problem details (RFC 9457); errors[] names field, value and expectation.",
            "license", object("name", "Apache-2.0", "identifier", "Apache-2.0")));
    document.put("servers", List.of(Map.of("url", "http://127.0.0.1:9092")));
    document.put("security", List.of(Map.of("adminKey", List.of())));
    document.put("paths", paths(routes));
    document.put(
        "components",
        object("securitySchemes", Map.of("adminKey", object("type", "http", "scheme", "bearer")), "schemas", schemas()));
    return document;
  }

  private static Map<String, Object> paths(List<Route> routes) {
    var paths = new TreeMap<String, Map<String, Object>>();
    for (Route route : routes) {
      paths.computeIfAbsent(route.template(), path -> new TreeMap<>()).put(route.method().toLowerCase(Locale.ROOT), operation(route));
    }
    return new LinkedHashMap<>(paths);
  }

  private static Map<String, Object> operation(Route route) {
    var operation = new LinkedHashMap<String, Object>();
    operation.put("summary", route.summary());
    operation.put("x-access", route.access().name().toLowerCase(Locale.ROOT));
    if (route.access() == Access.OPEN) {
      operation.put("security", List.of());
    } else if (route.access() == Access.VIEW) {
      operation.put("security", List.of(Map.of(), Map.of("adminKey", List.of())));
    }
    var parameters = new ArrayList<Object>();
    route.parameters().forEach(name -> parameters.add(object("name", name, "in", "path", "required", true, "schema", TEXT)));
    new TreeMap<>(route.query())
        .forEach((name, doc) -> parameters.add(object("name", name, "in", "query", "description", doc, "schema", name.equals("limit") ? object("type", "integer", "minimum", 1, "maximum", 500) : TEXT)));
    if (route.summary().contains("Needs If-Match")) {
      parameters.add(object("name", "If-Match", "in", "header", "required", true, "description", "ETag of the row as it was read.", "schema", TEXT));
    }
    if (!parameters.isEmpty()) {
      operation.put("parameters", parameters);
    }
    if (!route.request().isEmpty()) {
      String type = route.method().equals("PATCH") ? "application/merge-patch+json" : "application/json";
      operation.put("requestBody", object("required", !route.request().equals("Rotation"), "content", Map.of(type, Map.of("schema", ref(route.request())))));
    }
    var responses = new TreeMap<String, Object>();
    route.answers().forEach((status, schema) -> responses.put(status.toString(), answer(status, schema)));
    responses.put("default", object("description", "What is wrong.", "content", Map.of("application/problem+json", Map.of("schema", ref("Problem")))));
    operation.put("responses", responses);
    return operation;
  }

  private static Map<String, Object> answer(int status, String schema) {
    String description = status == 201 ? "Made." : status == 204 ? "Gone." : "As asked.";
    if (schema.isEmpty()) {
      return object("description", description);
    }
    return schema.contains("/")
        ? object("description", description, "content", Map.of(schema, Map.of("schema", TEXT)))
        : object("description", description, "content", Map.of("application/json", Map.of("schema", ref(schema))));
  }

  private static Map<String, Object> schemas() {
    var schemas = new LinkedHashMap<String, Object>();
    for (Entity entity : Entities.ALL) {
      String name = RowRoutes.schema(entity);
      schemas.put(name, schema(entity.fields(), List.of()));
      List<Field> written = entity.fields().stream().filter(field -> field.need() != Need.READ_ONLY).toList();
      List<String> required = written.stream().filter(field -> field.need() == Need.REQUIRED || field.need() == Need.FIXED_REQUIRED).map(Field::name).toList();
      schemas.put(name + "New", schema(written, required));
      schemas.put(name + "Patch", schema(written.stream().filter(field -> field.need() != Need.FIXED && field.need() != Need.FIXED_REQUIRED).toList(), List.of()));
      schemas.put(name + "Page", page(ref(name)));
    }
    schemas.put(
        "KeyMade", Map.of("allOf", List.of(ref("Key"), members("secret", object("type", "string", "description", "The key itself; shown this once.")))));
    schemas.put("Rotation", closed(members("overlap", object("type", "string", "description", "How long both keys work, such as 24h, which it is unless given."))));
    schemas.put("AuditPage", page(schema(Audit.fields(), List.of())));
    var sums = new LinkedHashMap<String, Object>();
    UsageReport.GROUPS.forEach(group -> sums.put(group, TEXT));
    UsageReport.sumNames().forEach(sum -> sums.put(sum, NUMBER));
    schemas.put("UsagePage", page(object("type", "object", "properties", sums)));
    schemas.put("Snapshot", members("state", TEXT, "keys", WHOLE, "taken_at", TEXT));
    schemas.put("Pools", members("pools", object("type", "array", "items", ANY)));
    schemas.put("Providers", members("providers", object("type", "array", "items", ANY)));
    schemas.put("Hypothesis", hypothesis());
    schemas.put("Decision", decision());
    schemas.put("DecisionRecordPage", page(decisionRecord()));
    schemas.put(
        "Problem",
        members("type", TEXT, "title", TEXT, "status", WHOLE, "detail", TEXT, "errors",
            object("type", "array", "items", members("field", TEXT, "value", TEXT, "expected", TEXT, "nearest", TEXT))));
    return schemas;
  }

  private static Map<String, Object> hypothesis() {
    var properties = new LinkedHashMap<String, Object>();
    for (String member : Hypothesis.MEMBERS) {
      properties.put(
          member,
          switch (member) {
            case "headers" -> ANY;
            case "traits" -> schemaOfTexts(Hypothesis.TRAITS);
            case "level", "prompt_tokens", "max_output_tokens" -> WHOLE;
            case "stream" -> FLAG;
            default -> TEXT;
          });
    }
    return closed(object("type", "object", "properties", properties));
  }

  private static Map<String, Object> schemaOfTexts(List<String> names) {
    var properties = new LinkedHashMap<String, Object>();
    names.forEach(name -> properties.put(name, TEXT));
    return closed(object("type", "object", "properties", properties));
  }

  private static Map<String, Object> decision() {
    return members(
        "outcome", object("type", "string", "enum", List.of("placed", "refused")),
        "reason", TEXT,
        "message", TEXT,
        "lane", WHOLE,
        "because", object("type", "array", "items", members("source", TEXT, "level", WHOLE)),
        "flow", TEXT,
        "pool", TEXT,
        "input_tokens", WHOLE,
        "expected_output_tokens", WHOLE,
        "max_wait_ms", WHOLE,
        "terms", ANY,
        "providers", object("type", "array", "items", ANY),
        "quotas", object("type", "array", "items", ref("Quota")));
  }

  private static Map<String, Object> decisionRecord() {
    return members(
        "number", WHOLE,
        "at", TEXT,
        "arrival_ms", NUMBER,
        "model", TEXT,
        "flow", TEXT,
        "lane", WHOLE,
        "input_tokens", WHOLE,
        "output_tokens", WHOLE,
        "max_output_tokens", WHOLE,
        "position", WHOLE,
        "bound", TEXT,
        "predicted_wait_ms", NUMBER,
        "wait_ms", NUMBER,
        "outcome", object("type", "string", "enum", List.of("admitted", "rejected", "evicted")),
        "reason", TEXT,
        "providers", ANY,
        "end", object("type", "string", "enum", List.of("settled", "cancelled", "expired")),
        "used_input_tokens", WHOLE,
        "used_output_tokens", WHOLE);
  }

  private static Map<String, Object> schema(List<Field> fields, List<String> required) {
    var properties = new LinkedHashMap<String, Object>();
    fields.forEach(field -> properties.put(field.name(), field.schema()));
    Map<String, Object> schema = object("type", "object", "properties", properties);
    if (!required.isEmpty()) {
      schema.put("required", required);
    }
    return closed(schema);
  }

  private static Map<String, Object> closed(Map<String, Object> schema) {
    schema.put("additionalProperties", false);
    return schema;
  }

  private static Map<String, Object> page(Map<String, Object> item) {
    return members("items", object("type", "array", "items", item), "next", object("type", "string", "description", "Cursor of the next page; absent at the end."));
  }

  private static Map<String, Object> ref(String schema) {
    return Map.of("$ref", "#/components/schemas/" + schema);
  }

  private static Map<String, Object> members(Object... namesAndSchemas) {
    return object("type", "object", "properties", object(namesAndSchemas));
  }

  private static Map<String, Object> object(Object... namesAndValues) {
    var object = new LinkedHashMap<String, Object>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      object.put(namesAndValues[i].toString(), namesAndValues[i + 1]);
    }
    return object;
  }
}
