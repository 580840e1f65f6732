// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.admin.api;

import dev.sluice.plugin.http.HttpAnswer;
import dev.sluice.routing.registry.Listing;
import dev.sluice.routing.registry.Outcome;
import dev.sluice.routing.registry.Row;
import dev.sluice.routing.registry.RowJson;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Turns what the registry says into answers. */
final class Replies {
  private static final Logger log = LoggerFactory.getLogger(Replies.class);

  private Replies() {}

  static HttpAnswer of(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Stored stored -> row(200, stored.row());
      case Outcome.Removed removed -> HttpAnswer.noContent();
      case Outcome.Refused refused -> Problem.faults(refused.faults());
      case Outcome.Conflict conflict -> Problem.of(409, conflict.detail());
      case Outcome.Stale stale ->
          Problem.of(412, "the row is at version " + stale.version() + " by now; read it again and repeat the change").with("ETag", etag(stale.version()));
      case Outcome.Unknown unknown -> Problem.of(404, "no such row");
      case Outcome.Unavailable unavailable -> unavailable(unavailable.cause());
    };
  }

  static HttpAnswer of(Listing listing) {
    return switch (listing) {
      case Listing.Page page -> {
        ObjectNode json = RowJson.object();
        ArrayNode items = json.putArray("items");
        page.rows().forEach(items::add);
        page.next().ifPresent(next -> json.put("next", next));
        yield HttpAnswer.json(200, RowJson.write(json));
      }
      case Listing.Refused refused -> Problem.faults(refused.faults());
      case Listing.Unavailable unavailable -> unavailable(unavailable.cause());
    };
  }

  static HttpAnswer row(int status, Row row) {
    return HttpAnswer.json(status, RowJson.write(row.json())).with("ETag", etag(row.version()));
  }

  static HttpAnswer unavailable(String cause) {
    log.warn("database cause={}", cause);
    return Problem.of(503, "the database does not answer; nothing was changed, try again").with("Retry-After", "2");
  }

  static String etag(long version) {
    return "\"" + version + "\"";
  }
}
