// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.gateway.config;

import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * A set of requests and what is done with them. Immutable.
 *
 * @param uris exact paths, or prefixes ending in {@code *}
 * @param methods empty for all
 * @param hosts empty for all; {@code *.example.com} covers every subdomain
 * @param priority among routes that match, the highest wins
 * @param rewrite the plugins of the rewrite phase in the order in which they run
 * @param split the choice of upstream; without rules {@code upstream} stands
 * @param loggers none or one
 */
public record Route(
    String id,
    List<String> uris,
    Set<String> methods,
    List<String> hosts,
    int priority,
    Upstream upstream,
    List<Plugin.Rewrite> rewrite,
    Plugin.TrafficSplit split,
    List<Plugin.HttpLogger> loggers) {

  /** Copies the collections. */
  public Route {
    uris = List.copyOf(uris);
    methods = Set.copyOf(methods);
    hosts = List.copyOf(hosts);
    rewrite = List.copyOf(rewrite);
    loggers = List.copyOf(loggers);
  }

  /** Whether this route covers the request; {@code host} comes without its port. */
  public boolean matches(String method, String host, String path) {
    return (methods.isEmpty() || methods.contains(method))
        && (hosts.isEmpty() || hosts.stream().anyMatch(h -> hostMatches(h, host.toLowerCase(Locale.ROOT))))
        && matchLength(path) > 0;
  }

  /** How many characters of the path the best pattern names, one more if it names all; 0 when none matches. */
  int matchLength(String path) {
    int best = 0;
    for (String uri : uris) {
      if (uri.endsWith("*")) {
        int prefixLength = uri.length() - 1;
        if (path.startsWith(uri.substring(0, prefixLength))) {
          best = Math.max(best, prefixLength);
        }
      } else if (uri.equals(path)) {
        best = Math.max(best, uri.length() + 1);
      }
    }
    return best;
  }

  private static boolean hostMatches(String pattern, String host) {
    return pattern.startsWith("*.") ? host.endsWith(pattern.substring(1)) : pattern.equals(host);
  }
}
