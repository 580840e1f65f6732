// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.admin.api;

import dev.sluice.plugin.http.HttpAnswer;
import dev.sluice.routing.registry.Fault;
import dev.sluice.routing.registry.RowJson;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Problems as RFC 9457 writes them; {@code errors} has one entry for each thing that is wrong. */
public final class Problem {
  private static final Map<Integer, String> TITLES =
      Map.ofEntries(
          Map.entry(400, "Bad Request"),
          Map.entry(401, "Unauthorized"),
          Map.entry(403, "Forbidden"),
          Map.entry(404, "Not Found"),
          Map.entry(405, "Method Not Allowed"),
          Map.entry(409, "Conflict"),
          Map.entry(412, "Precondition Failed"),
          Map.entry(415, "Unsupported Media Type"),
          Map.entry(422, "Unprocessable Content"),
          Map.entry(428, "Precondition Required"),
          Map.entry(429, "Too Many Requests"),
          Map.entry(500, "Internal Server Error"),
          Map.entry(501, "Not Implemented"),
          Map.entry(503, "Service Unavailable"));

  private Problem() {}

  /** A problem in words. */
  public static HttpAnswer of(int status, String detail) {
    return answer(status, detail, List.of());
  }

  /** Values that are at fault, 422. */
  static HttpAnswer faults(List<Fault> faults) {
    return answer(422, faults.size() == 1 ? "one value is at fault" : faults.size() + " values are at fault", faults);
  }

  private static HttpAnswer answer(int status, String detail, List<Fault> faults) {
    ObjectNode json = RowJson.object();
    json.put("type", "about:blank");
    json.put("title", TITLES.getOrDefault(status, "Problem"));
    json.put("status", status);
    json.put("detail", detail);
    if (!faults.isEmpty()) {
      ArrayNode errors = json.putArray("errors");
      for (Fault fault : faults) {
        ObjectNode error = errors.addObject();
        error.put("field", fault.field());
        error.put("value", fault.value());
        error.put("expected", fault.expected());
        fault.nearest().ifPresent(name -> error.put("nearest", name));
      }
    }
    return new HttpAnswer(status, "application/problem+json", RowJson.write(json));
  }
}
