// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.filter;

import java.util.List;
import org.apache.apisix.plugin.runner.filter.PluginFilter;
import org.apache.apisix.plugin.runner.filter.PluginFilterChain;

/** What a route's configuration comes to. Immutable. */
public sealed interface FilterRoute {
  /** The filters to run, in order. */
  final class Ready implements FilterRoute {
    private final List<HostedFilter> links;
    private final PluginFilterChain sdkChain;

    Ready(List<HostedFilter> links) {
      this.links = List.copyOf(links);
      this.sdkChain = new PluginFilterChain(this.links.stream().<PluginFilter>map(HostedFilter::filter).toList());
    }

    List<HostedFilter> links() {
      return links;
    }

    /** The route in the SDK's terms, the parent of every link's chain. */
    PluginFilterChain sdkChain() {
      return sdkChain;
    }
  }

  /**
   * The configuration can't be used; every call of the route is refused.
   *
   * @param reason what is wrong with it, for the log
   */
  record Broken(String reason) implements FilterRoute {}
}
