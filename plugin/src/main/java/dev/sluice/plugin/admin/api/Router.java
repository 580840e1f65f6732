// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.admin.api;

import dev.sluice.routing.config.NearestName;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Finds the route of a method and a path. Immutable. */
public final class Router {
  private final List<Route> routes;

  /** What a method and a path come to. Immutable. */
  public sealed interface Match {
    /** A route, and the segments that its template leaves open, decoded. */
    record Found(Route route, Map<String, String> parameters) implements Match {}

    /** The path is known, but not with this method. */
    record WrongMethod(Set<String> allowed) implements Match {}

    /** No route has this path; {@code nearest} may be meant. */
    record NoPath(Optional<String> nearest) implements Match {}
  }

  /** A router over {@code routes}; the first that fits counts. */
  public Router(List<Route> routes) {
    this.routes = List.copyOf(routes);
  }

  /** Every route, in order. */
  public List<Route> routes() {
    return routes;
  }

  /** Finds a route. */
  public Match find(String method, String path) {
    var allowed = new LinkedHashSet<String>();
    String[] segments = path.split("/", -1);
    for (Route route : routes) {
      Optional<Map<String, String>> parameters = fit(route.template().split("/", -1), segments);
      if (parameters.isPresent() && route.method().equals(method)) {
        return new Match.Found(route, parameters.get());
      }
      if (parameters.isPresent()) {
        allowed.add(route.method());
      }
    }
    if (!allowed.isEmpty()) {
      return new Match.WrongMethod(allowed);
    }
    return new Match.NoPath(NearestName.of(path, routes.stream().map(Route::template).distinct().toList()));
  }

  private static Optional<Map<String, String>> fit(String[] template, String[] segments) {
    if (template.length != segments.length) {
      return Optional.empty();
    }
    var parameters = new HashMap<String, String>();
    for (int i = 0; i < template.length; i++) {
      if (!template[i].startsWith("{")) {
        if (!template[i].equals(segments[i])) {
          return Optional.empty();
        }
        continue;
      }
      try {
        // A plus is itself in a path.
        String value = URLDecoder.decode(segments[i].replace("+", "%2B"), StandardCharsets.UTF_8);
        if (value.isEmpty()) {
          return Optional.empty();
        }
        parameters.put(template[i].substring(1, template[i].length() - 1), value);
      } catch (IllegalArgumentException e) {
        return Optional.empty();
      }
    }
    return Optional.of(parameters);
  }
}
