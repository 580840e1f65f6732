// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.gateway.config;

import java.util.List;
import java.util.Set;

/** The variables that the embedded gateway can fill; a {@code log_format} with another one is refused. Immutable. */
public final class KnownVariables {
  private static final Set<String> NAMES = Set.of(
      "apisix_request_id", "args", "body_bytes_sent", "bytes_sent", "consumer_name", "content_length", "content_type",
      "host", "method", "remote_addr", "request_completion", "request_id", "request_method", "request_time",
      "request_uri", "resp_body", "route_id", "scheme", "status", "upstream_addr", "upstream_header_time",
      "upstream_response_time", "upstream_status", "uri");
  private static final List<String> PREFIXES = List.of("arg_", "http_", "sent_http_", "upstream_http_");

  private KnownVariables() {}

  /** Whether {@code name}, without its dollar sign, is known. */
  public static boolean contains(String name) {
    return NAMES.contains(name) || PREFIXES.stream().anyMatch(name::startsWith);
  }
}
