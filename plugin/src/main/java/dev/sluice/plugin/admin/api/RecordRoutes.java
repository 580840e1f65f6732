// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.admin.api;

import dev.sluice.plugin.admin.api.Route.Access;
import dev.sluice.plugin.decision.DecisionJson;
import dev.sluice.plugin.decision.DecisionLog;
import dev.sluice.plugin.decision.TimedDecision;
import dev.sluice.plugin.http.HttpAnswer;
import dev.sluice.routing.registry.Fault;
import dev.sluice.routing.registry.ListQuery;
import dev.sluice.scheduler.DecisionRecord.Outcome;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/** {@code GET /v1/decisions}: the latest decisions, as the process recorded them. */
final class RecordRoutes {
  private static final JsonFactory JSON = new JsonFactory();
  private static final List<String> OUTCOMES = List.of("admitted", "rejected", "evicted");

  private RecordRoutes() {}

  static Route of(Optional<DecisionLog> decisions) {
    Route route =
        Route.at(
                "GET",
                "/v1/decisions",
                Access.READ,
                "The latest decisions of the scheduler and what led to each, the last one first. Needs observability.decision_records.",
                call -> decisions.map(log -> list(log, call)).orElseGet(() -> Problem.of(501, "no decisions are recorded; set observability.decision_records")))
            .asking("limit", "Decisions of a page, 1 to 500; 100 unless given.")
            .asking("cursor", "next of the page before.")
            .answering(200, "DecisionRecordPage");
    for (Map.Entry<String, String> filter : filters().entrySet()) {
      route = route.asking(filter.getKey(), filter.getValue());
    }
    return route;
  }

  private static Map<String, String> filters() {
    var filters = new LinkedHashMap<String, String>();
    filters.put("flow", "Only decisions on this account's requests.");
    filters.put("model", "Only decisions on requests for this model.");
    filters.put("lane", "Only decisions on requests of this lane, 0 the most important.");
    filters.put("provider", "Only decisions that sent a request to this provider.");
    filters.put("outcome", "Only those of this outcome: " + String.join(", ", OUTCOMES) + ".");
    filters.put("bound", "Only those kept from starting at once by this limit, such as tokens; none for those that were not.");
    return filters;
  }

  private static HttpAnswer list(DecisionLog log, ApiCall call) {
    ListQuery query = ApiCall.page(call.query());
    Predicate<TimedDecision> wanted = wanted(query.filters());
    long before = query.cursor().map(RecordRoutes::cursor).orElse(Long.MAX_VALUE);
    List<TimedDecision> page = log.latest(query.limit() + 1, before, wanted);
    boolean more = page.size() > query.limit();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), bytes)) {
      json.writeStartObject();
      json.writeArrayPropertyStart("items");
      page.stream().limit(query.limit()).forEach(decision -> DecisionJson.write(json, decision));
      json.writeEndArray();
      if (more) {
        json.writeStringProperty("next", Long.toString(page.get(query.limit() - 1).number()));
      }
      json.writeEndObject();
    }
    return HttpAnswer.json(200, bytes.toByteArray());
  }

  private static long cursor(String text) {
    if (!text.matches("[1-9][0-9]{0,17}")) {
      throw ProblemException.of(List.of(Fault.of("cursor", text, "next of the page before")));
    }
    return Long.parseLong(text);
  }

  private static Predicate<TimedDecision> wanted(Map<String, String> filters) {
    var faults = new ArrayList<Fault>();
    List<String> known = List.copyOf(filters().keySet());
    filters.keySet().stream().filter(name -> !known.contains(name)).forEach(name -> faults.add(Fault.unknown(name, known)));
    String outcome = filters.getOrDefault("outcome", OUTCOMES.getFirst());
    if (!OUTCOMES.contains(outcome)) {
      faults.add(Fault.of("outcome", outcome, "one of " + String.join(", ", OUTCOMES)));
    }
    String lane = filters.getOrDefault("lane", "0");
    if (!lane.matches("[0-9]{1,2}")) {
      faults.add(Fault.of("lane", lane, "a lane, 0 the most important"));
    }
    if (!faults.isEmpty()) {
      throw ProblemException.of(faults);
    }
    return decision -> filters.entrySet().stream().allMatch(filter -> holds(decision, filter.getKey(), filter.getValue()));
  }

  private static boolean holds(TimedDecision decision, String filter, String value) {
    return switch (filter) {
      case "flow" -> decision.record().flow().equals(value);
      case "model" -> decision.record().model().equals(value);
      case "lane" -> decision.record().lane() == Integer.parseInt(value);
      case "provider" -> decision.record().outcome() instanceof Outcome.Admitted admitted && admitted.provider().equals(value);
      case "bound" -> decision.record().bound().name().toLowerCase(Locale.ROOT).equals(value);
      default -> outcome(decision.record().outcome()).equals(value);
    };
  }

  private static String outcome(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Admitted admitted -> "admitted";
      case Outcome.Rejected rejected -> "rejected";
      case Outcome.Evicted evicted -> "evicted";
    };
  }
}
