// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.admin.api;

import dev.sluice.plugin.admin.api.Route.Access;
import dev.sluice.routing.registry.Entities;
import java.util.List;

/** {@code /v1/keys}. */
final class KeyRoutes {
  private KeyRoutes() {}

  static List<Route> of(KeyStores keys) {
    Route list =
        Route.blocking("GET", "/v1/keys", Access.READ, "Lists the API keys, a page at a time; no secret is shown.", keys::list)
            .asking("limit", "Rows of a page, 1 to 500; 100 unless given.")
            .asking("cursor", "next of the page before.")
            .answering(200, "KeyPage");
    for (String filter : Entities.KEYS.filters()) {
      list = list.asking(filter, "Only keys with this " + filter + "; needs PostgreSQL.");
    }
    return List.of(
        list,
        Route.blocking("POST", "/v1/keys", Access.WRITE, "Makes an API key. Its secret is in the answer, and nowhere else ever.", keys::create)
            .taking("KeyNew")
            .answering(201, "KeyMade"),
        Route.blocking("GET", "/v1/keys/{id}", Access.READ, "Reads one key.", keys::find).answering(200, "Key"),
        Route.blocking("PATCH", "/v1/keys/{id}", Access.WRITE, "Changes what the merge patch names, and nothing else. Needs If-Match.", keys::patch)
            .taking("KeyPatch")
            .answering(200, "Key"),
        Route.blocking("POST", "/v1/keys/{id}/rotate", Access.WRITE, "Makes a key with the same terms and lets this one expire after the overlap.", keys::rotate)
            .taking("Rotation")
            .answering(201, "KeyMade"),
        Route.blocking("POST", "/v1/keys/{id}/revoke", Access.WRITE, "Withdraws a key for good. Works without If-Match: it may be urgent.", keys::revoke)
            .answering(200, "Key"));
  }
}
