// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.admin.api;

import dev.sluice.plugin.admin.api.Route.Access;
import dev.sluice.plugin.http.HttpAnswer;
import dev.sluice.routing.registry.Entities;
import dev.sluice.routing.registry.Entity;
import dev.sluice.routing.registry.Outcome;
import dev.sluice.routing.registry.Registry;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** The routes that every kind of row has: list, create, read, patch, remove. */
final class RowRoutes {
  /** What to say where a route needs the database and there is none. */
  static final String NO_DATABASE = "this needs PostgreSQL and none is configured; docs/administration.md says how to";

  static final Map<Entity, String> PATHS =
      Map.of(
          Entities.ORGANISATIONS, "/v1/organisations",
          Entities.ACCOUNTS, "/v1/accounts",
          Entities.KEYS, "/v1/keys",
          Entities.RULES, "/v1/rules",
          Entities.QUOTAS, "/v1/quotas",
          Entities.TIME_WINDOWS, "/v1/time-windows");

  private final Optional<Registry> registry;

  RowRoutes(Optional<Registry> registry) {
    this.registry = registry;
  }

  /** The routes of one kind of row. */
  List<Route> of(Entity entity) {
    var routes = new ArrayList<Route>(readable(entity));
    String path = path(entity);
    String schema = schema(entity);
    routes.add(
        Route.blocking("POST", path, Access.WRITE, "Makes one " + title(entity) + ".", with((call, rows) -> created(path, rows.create(entity, call.object(false), call.actor()))))
            .taking(schema + "New")
            .answering(201, schema));
    routes.addAll(changeable(entity));
    return routes;
  }

  List<Route> readable(Entity entity) {
    Route list =
        Route.blocking("GET", path(entity), Access.READ, "Lists every " + title(entity) + ", a page at a time.", with((call, rows) -> Replies.of(rows.list(entity, ApiCall.page(call.query())))))
            .asking("limit", "Rows of a page, 1 to 500; 100 unless given.")
            .asking("cursor", "next of the page before.")
            .answering(200, schema(entity) + "Page");
    for (String filter : entity.filters()) {
      list = list.asking(filter, "Only rows with this " + filter + ".");
    }
    Route read =
        Route.blocking("GET", path(entity) + "/{id}", Access.READ, "Reads one " + title(entity) + ".", with((call, rows) -> Replies.of(rows.find(entity, call.id()))))
            .answering(200, schema(entity));
    return List.of(list, read);
  }

  List<Route> changeable(Entity entity) {
    var routes = new ArrayList<Route>();
    routes.add(
        Route.blocking(
                "PATCH",
                path(entity) + "/{id}",
                Access.WRITE,
                "Changes what the merge patch names, and nothing else. Needs If-Match.",
                with((call, rows) -> Replies.of(rows.patch(entity, call.id(), call.version(), call.object(false), call.actor()))))
            .taking(schema(entity) + "Patch")
            .answering(200, schema(entity)));
    if (entity.removable()) {
      routes.add(
          Route.blocking(
                  "DELETE",
                  path(entity) + "/{id}",
                  Access.WRITE,
                  "Removes one " + title(entity) + " that nothing refers to. Needs If-Match.",
                  with((call, rows) -> Replies.of(rows.remove(entity, call.id(), call.version(), call.actor()))))
              .answering(204, ""));
    }
    return routes;
  }

  /** Work that needs the database. */
  @FunctionalInterface
  interface Work {
    HttpAnswer run(ApiCall call, Registry registry);
  }

  private Function<ApiCall, HttpAnswer> with(Work work) {
    return call -> registry.isPresent() ? work.run(call, registry.get()) : Problem.of(501, NO_DATABASE);
  }

  static HttpAnswer created(String path, Outcome outcome) {
    return outcome instanceof Outcome.Stored stored
        ? Replies.row(201, stored.row()).with("Location", location(path, stored.row().id()))
        : Replies.of(outcome);
  }

  static String location(String path, String id) {
    return path + "/" + URLEncoder.encode(id, StandardCharsets.UTF_8);
  }

  private static String path(Entity entity) {
    return PATHS.getOrDefault(entity, "");
  }

  static String title(Entity entity) {
    return entity.name().replace('_', ' ');
  }

  /** Name of an entity's schema, such as {@code TimeWindow}. */
  static String schema(Entity entity) {
    var name = new StringBuilder();
    for (String word : entity.name().split("_", -1)) {
      name.append(Character.toUpperCase(word.charAt(0))).append(word, 1, word.length());
    }
    return name.toString();
  }
}
