// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.provider;

import java.util.Map;
import java.util.Optional;

/**
 * How requests are addressed to a provider. Immutable.
 *
 * @param host value of the host header; empty leaves it to the gateway
 * @param pathPrefix what replaces the version segment {@code /v1} and all before it; empty leaves paths alone
 * @param headers further request headers, names in lower case; values may be secret
 */
public record Target(Optional<String> host, Optional<String> pathPrefix, Map<String, String> headers) {
  /** The gateway's own addressing. */
  public static final Target UNCHANGED = new Target(Optional.empty(), Optional.empty(), Map.of());

  private static final String VERSION = "/v1";

  public Target {
    headers = Map.copyOf(headers);
  }

  /** The path to send for a request's path without its query: {@code /v1/chat/completions} under the prefix {@code /api/v3}
   * becomes {@code /api/v3/chat/completions}. A path without a version segment stays as it is. */
  public String path(String requestPath) {
    if (pathPrefix.isEmpty()) {
      return requestPath;
    }
    int version = requestPath.indexOf(VERSION + "/");
    return version < 0 ? requestPath : pathPrefix.get() + requestPath.substring(version + VERSION.length());
  }

  @Override
  public String toString() {
    return "Target[host=" + host + ", pathPrefix=" + pathPrefix + ", headers=" + headers.keySet() + "]";
  }
}
