// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.admin.api;

import dev.sluice.plugin.http.HttpCall;
import dev.sluice.routing.registry.Fault;
import dev.sluice.routing.registry.ListQuery;
import dev.sluice.routing.registry.RowJson;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.node.ObjectNode;

/**
 * A request that was let through to its route. Immutable.
 *
 * @param parameters the path's open segments
 * @param actor name of the admin key; empty if the route asks for none
 */
public record ApiCall(HttpCall http, Map<String, String> parameters, String actor) {
  private static final Pattern ETAG = Pattern.compile("\"([0-9]{1,18})\"");
  private static final int MAX_QUERY_CHARS = 8192;

  /** The row that the path names. */
  String id() {
    return parameters.getOrDefault("id", "");
  }

  /** The body, which must be one JSON object; {@code absent} says whether there may be none. */
  ObjectNode object(boolean absent) throws ProblemException {
    if (http.body().length == 0 && absent) {
      return RowJson.object();
    }
    try {
      if (RowJson.read(http.body()) instanceof ObjectNode object) {
        return object;
      }
      throw ProblemException.of(400, "the body is no JSON object");
    } catch (JacksonException e) {
      // The parser's message quotes the body, which may hold a secret.
      String place = e.getLocation() == null ? "" : " at line " + e.getLocation().getLineNr() + ", column " + e.getLocation().getColumnNr();
      throw ProblemException.of(400, "the body is not JSON, or repeats a name" + place);
    }
  }

  /** The version that a change is meant for. */
  long version() throws ProblemException {
    Optional<String> header = http.fields().ifMatch();
    if (header.isEmpty()) {
      throw ProblemException.of(428, "send If-Match with the ETag of the row as you read it");
    }
    Matcher matcher = ETAG.matcher(header.get().strip());
    if (!matcher.matches()) {
      throw ProblemException.of(List.of(Fault.of("If-Match", header.get(), "one ETag of this row, such as \"3\"")));
    }
    return Long.parseLong(matcher.group(1));
  }

  /** The query's parameters; each may be given once. */
  Map<String, String> query() throws ProblemException {
    if (http.query().length() > MAX_QUERY_CHARS) {
      throw ProblemException.of(400, "the query is longer than " + MAX_QUERY_CHARS + " characters");
    }
    var values = new LinkedHashMap<String, String>();
    var faults = new ArrayList<Fault>();
    for (String part : http.query().split("&", -1)) {
      if (part.isEmpty()) {
        continue;
      }
      int equals = part.indexOf('=');
      try {
        String name = URLDecoder.decode(equals < 0 ? part : part.substring(0, equals), StandardCharsets.UTF_8);
        String value = equals < 0 ? "" : URLDecoder.decode(part.substring(equals + 1), StandardCharsets.UTF_8);
        if (values.put(name, value) != null) {
          faults.add(Fault.of(name, "given twice", "one value"));
        }
      } catch (IllegalArgumentException e) {
        faults.add(Fault.of("query", part, "percent-encoded UTF-8"));
      }
    }
    if (!faults.isEmpty()) {
      throw ProblemException.of(faults);
    }
    return values;
  }

  /** The page that the query asks for; every parameter but {@code limit} and {@code cursor} is a filter. */
  static ListQuery page(Map<String, String> query) throws ProblemException {
    var filters = new LinkedHashMap<>(query);
    String cursor = filters.remove("cursor");
    String text = filters.remove("limit");
    int limit = ListQuery.DEFAULT_LIMIT;
    if (text != null) {
      limit = text.matches("[0-9]{1,4}") ? Integer.parseInt(text) : 0;
      if (limit < 1 || limit > ListQuery.MAX_LIMIT) {
        throw ProblemException.of(List.of(Fault.of("limit", text, "a whole number from 1 to " + ListQuery.MAX_LIMIT)));
      }
    }
    return new ListQuery(filters, Optional.ofNullable(cursor), limit);
  }

  /** Throws if the query has anything at all. */
  void noQuery() throws ProblemException {
    Map<String, String> query = query();
    if (!query.isEmpty()) {
      throw ProblemException.of(query.keySet().stream().map(name -> Fault.of(name, "unknown", "no parameters")).toList());
    }
  }
}
