// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.gateway.config;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Everything one version of {@code apisix.yaml} says. Immutable.
 *
 * @param version grows with each load; part of the key under which the runner prepares a route's filters
 * @param consumers the consumer's name by its key
 * @param maxPendingEvents events that may wait for the collector before new ones are dropped
 */
public record GatewayConfig(long version, List<Route> routes, Map<String, String> consumers, int maxPendingEvents) {

  /** Copies the collections. */
  public GatewayConfig {
    routes = List.copyOf(routes);
    consumers = Map.copyOf(consumers);
  }

  /** The route of a request: highest priority, then the longest pattern, as APISIX's radix tree finds it. */
  public Optional<Route> route(String method, String host, String path) {
    return routes.stream()
        .filter(route -> route.matches(method, host, path))
        .max(Comparator.comparingInt(Route::priority).thenComparingInt(route -> route.matchLength(path)));
  }

  @Override
  public String toString() {
    return "GatewayConfig[version=" + version + ", routes=" + routes.size() + "]";
  }
}
