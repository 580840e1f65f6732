// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.filter;

import java.util.List;
import java.util.Optional;
import org.apache.apisix.plugin.runner.HttpRequest;
import org.apache.apisix.plugin.runner.HttpResponse;
import org.apache.apisix.plugin.runner.PostRequest;
import org.apache.apisix.plugin.runner.PostResponse;
import org.apache.apisix.plugin.runner.filter.PluginFilter;
import org.apache.apisix.plugin.runner.filter.PluginFilterChain;
import org.jspecify.annotations.Nullable;

/**
 * A filter in its place on a route, with the configuration of that place. Immutable.
 *
 * @param conf the configuration string as the route has it
 * @param parsed what an {@link EventLoopFilter} made of it
 */
record HostedFilter(
    PluginFilter filter, String name, String conf, Optional<Object> parsed, Needs needs, Sides sides) {
  /** Whether a filter has code for requests, and for responses: the SDK's own methods do nothing, not even go on. */
  record Sides(boolean requests, boolean responses) {
    static Sides of(PluginFilter filter) {
      return new Sides(
          has(filter, "filter", HttpRequest.class, HttpResponse.class, PluginFilterChain.class),
          has(filter, "postFilter", PostRequest.class, PostResponse.class, PluginFilterChain.class));
    }

    private static boolean has(PluginFilter filter, String method, Class<?>... parameters) {
      try {
        return !filter.getClass().getMethod(method, parameters).getDeclaringClass().equals(PluginFilter.class);
      } catch (NoSuchMethodException e) {
        throw new AssertionError("a method of the interface", e);
      }
    }
  }

  /** What has to be fetched before a filter runs. */
  record Needs(List<String> variables, boolean requestBody, boolean responseBody) {
    static Needs of(PluginFilter filter) {
      @Nullable List<String> variables = filter.requiredVars();
      return new Needs(
          variables == null ? List.of() : List.copyOf(variables),
          Boolean.TRUE.equals(filter.requiredBody()),
          Boolean.TRUE.equals(filter.requiredRespBody()));
    }
  }

  static HostedFilter of(PluginFilter filter, String name, String conf) throws ConfException {
    Optional<Object> parsed =
        filter instanceof EventLoopFilter ours ? Optional.of(ours.configure(conf)) : Optional.empty();
    return new HostedFilter(filter, name, conf, parsed, Needs.of(filter), Sides.of(filter));
  }

  boolean onEventLoop() {
    return filter instanceof EventLoopFilter;
  }

  /** The name alone: configurations may hold secrets. */
  @Override
  public String toString() {
    return name;
  }
}
