// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.stack;

import java.net.URI;
import java.util.Map;

/** The gateway's routes for a plan: the recipe of {@code apisix/apisix.yaml} with the plan's ports, and a route to probe. */
final class RouteFile {
  private RouteFile() {}

  static String of(StackPlan plan, Map<String, Integer> ports, URI events, String eventsSecret, String probePath) {
    StringBuilder upstreams = new StringBuilder("upstreams:\n");
    StringBuilder split = new StringBuilder();
    ports.forEach(
        (name, port) -> {
          upstreams.append(
              "  - { id: %s, type: roundrobin, nodes: { \"127.0.0.1:%d\": 1 }, retries: 0, timeout: { connect: 3, send: 60, read: 300 } }\n"
                  .formatted(name, port));
          split.append(
              """
                        - match: [ { vars: [ [ "http_x-sluice-provider", "==", "%s" ] ] } ]
                          weighted_upstreams: [ { upstream_id: %s, weight: 1 } ]
              """
                  .formatted(name, name));
        });
    String first = ports.keySet().iterator().next();
    return upstreams
        + """
        routes:
          - id: probe
            uri: %s
            upstream_id: %s
          - id: llm
            uri: /v1/*
            upstream_id: %s
            plugins:
              client-control:
                max_body_size: 8388608
              ext-plugin-pre-req:
                allow_degradation: false
                conf:
                  - name: ai-token-router
                    value: "{}"
                  - name: ai-context-guard
                    value: "{}"
                  - name: ai-scheduler
                    value: '%s'
              traffic-split:
                rules:
        %s      http-logger:
                uri: %s
                auth_header: "Bearer %s"
                batch_max_size: 1
                max_retry_count: 3
                retry_delay: 1
                timeout: 1
                include_resp_body: true
                max_resp_body_bytes: 4194304
                log_format:
                  lease: "$sent_http_x_sluice_lease"
                  status: "$status"
                  completion: "$request_completion"
                  upstream_status: "$upstream_status"
                  upstream_addr: "$upstream_addr"
                  request_time: "$request_time"
                  upstream_header_time: "$upstream_header_time"
                  upstream_response_time: "$upstream_response_time"
                  body_bytes_sent: "$body_bytes_sent"
                  retry_after: "$upstream_http_retry_after"
                  ratelimit_remaining_requests: "$upstream_http_x_ratelimit_remaining_requests"
                  ratelimit_remaining_tokens: "$upstream_http_x_ratelimit_remaining_tokens"
                  ratelimit_reset_requests: "$upstream_http_x_ratelimit_reset_requests"
                  ratelimit_reset_tokens: "$upstream_http_x_ratelimit_reset_tokens"
                  content_type: "$sent_http_content_type"
                  body: "$resp_body"
        #END
        """
            .formatted(probePath, first, first, plan.routeConf(), split, events, eventsSecret);
  }
}
