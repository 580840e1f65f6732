// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.filter;

import org.apache.apisix.plugin.runner.filter.PluginFilter;

/**
 * A filter that runs on the connection's event loop and never blocks.
 *
 * <p>It may keep a request waiting: it returns without calling the chain, and later, from any thread, calls it once. Its
 * request, response and chain are {@link RunnerRequest}, {@link RunnerResponse} and {@link RunnerChain}.
 */
public interface EventLoopFilter extends PluginFilter {
  /**
   * Reads the configuration string of one route, once for each version of it; requests get the result from {@link
   * RunnerRequest#conf}. Runs on an event loop.
   *
   * @throws ConfException if the string can't be used; every request of the route is then refused
   */
  Object configure(String json) throws ConfException;
}
