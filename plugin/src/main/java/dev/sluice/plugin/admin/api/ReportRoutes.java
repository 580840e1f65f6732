// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.admin.api;

import dev.sluice.plugin.admin.api.Route.Access;
import dev.sluice.plugin.http.HttpAnswer;
import dev.sluice.routing.registry.Audit;
import dev.sluice.routing.registry.Fault;
import dev.sluice.routing.registry.RowJson;
import dev.sluice.routing.registry.UsageReport;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** {@code /v1/usage}, {@code /v1/audit} and {@code /v1/snapshot}. */
final class ReportRoutes {
  private static final Duration USUAL_SPAN = Duration.ofDays(1);
  private static final Duration LONGEST_SPAN = Duration.ofDays(400);

  private ReportRoutes() {}

  static List<Route> of(Optional<UsageReport> usage, Optional<Audit> audit, Optional<SnapshotControl> snapshot, InstantSource wall) {
    Route sums =
        Route.blocking(
                "GET",
                "/v1/usage",
                Access.READ,
                "Sums over what was used.",
                call -> usage.map(report -> sums(report, call, wall.instant())).orElseGet(() -> Problem.of(501, RowRoutes.NO_DATABASE)))
            .asking("from", "First instant; a day before to unless given.")
            .asking("to", "Instant at which the span ends; now unless given.")
            .asking("group_by", "Comma-separated, of " + String.join(", ", UsageReport.GROUPS) + ".")
            .asking("limit", "Rows of a page, 1 to 500; 100 unless given.")
            .asking("cursor", "next of the page before.")
            .answering(200, "UsagePage");
    for (String filter : UsageReport.FILTERS) {
      sums = sums.asking(filter, "Only what has this " + filter + ".");
    }
    Route changes =
        Route.blocking(
                "GET",
                "/v1/audit",
                Access.READ,
                "Who changed what, the latest first.",
                call -> audit.map(rows -> Replies.of(rows.list(ApiCall.page(call.query())))).orElseGet(() -> Problem.of(501, RowRoutes.NO_DATABASE)))
            .asking("limit", "Rows of a page, 1 to 500; 100 unless given.")
            .asking("cursor", "next of the page before.")
            .answering(200, "AuditPage");
    for (String filter : Audit.FILTERS) {
      changes = changes.asking(filter, "Only changes with this " + filter + ".");
    }
    return List.of(
        sums,
        changes,
        Route.blocking("GET", "/v1/snapshot", Access.READ, "How the snapshot of keys stands.", call -> snapshot(snapshot.map(SnapshotControl::status)))
            .answering(200, "Snapshot"),
        Route.blocking("POST", "/v1/snapshot/refresh", Access.WRITE, "Takes a new snapshot of the keys now.", call -> snapshot(snapshot.map(SnapshotControl::refresh)))
            .answering(200, "Snapshot"));
  }

  private static HttpAnswer snapshot(Optional<SnapshotControl.Status> status) {
    if (status.isEmpty()) {
      return Problem.of(501, "there is a snapshot only with PostgreSQL, and none is configured; docs/administration.md says how to");
    }
    ObjectNode json = RowJson.object();
    json.put("state", status.get().state());
    json.put("keys", status.get().keys());
    status.get().taken().ifPresent(at -> json.put("taken_at", at.toString()));
    return HttpAnswer.json(200, RowJson.write(json));
  }

  private static HttpAnswer sums(UsageReport report, ApiCall call, Instant now) {
    Map<String, String> query = new LinkedHashMap<>(call.query());
    Instant to = instant("to", query.remove("to")).orElse(now);
    Instant from = instant("from", query.remove("from")).orElse(to.minus(USUAL_SPAN));
    String groups = query.remove("group_by");
    if (!from.isBefore(to) || from.plus(LONGEST_SPAN).isBefore(to)) {
      throw ProblemException.of(List.of(Fault.of("from", from.toString(), "an instant before to, and at most " + LONGEST_SPAN.toDays() + " days")));
    }
    List<String> by = groups == null || groups.isEmpty() ? List.of() : List.of(groups.split(",", -1));
    if (by.stream().distinct().count() != by.size()) {
      throw ProblemException.of(List.of(Fault.of("group_by", groups == null ? "" : groups, "each name once")));
    }
    return Replies.of(report.sums(from, to, by, ApiCall.page(query)));
  }

  private static Optional<Instant> instant(String name, @Nullable String text) {
    if (text == null) {
      return Optional.empty();
    }
    try {
      OffsetDateTime time = OffsetDateTime.parse(text);
      if (time.getYear() >= 2000 && time.getYear() < 10_000) {
        return Optional.of(time.toInstant());
      }
    } catch (DateTimeException e) {
      // Said below, together with what is out of range.
    }
    throw ProblemException.of(List.of(Fault.of(name, text, "an instant such as 2027-01-31T12:00:00Z")));
  }
}
