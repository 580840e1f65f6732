#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The objects of apisix.yaml as Admin API calls, for a gateway that keeps its configuration in etcd.
#
#   ADMIN_KEY=... EVENTS_SECRET=... apisix/admin-api.sh [http://127.0.0.1:9180]
#
# ADMIN_KEY is deployment.admin.admin_key of your config.yaml; EVENTS_SECRET is the secret of Sluice's events port. Every call
# is a PUT with a fixed id, so running it again changes nothing.
set -eu

admin=${1:-http://127.0.0.1:9180}
: "${ADMIN_KEY:?set it to deployment.admin.admin_key of your config.yaml}"
: "${EVENTS_SECRET:?set it to the secret of the events port (events.secret_env or events.secret_file)}"
events=${EVENTS_URL:-http://127.0.0.1:9093/v1/events}

put() { # PATH, then the object on stdin
  curl --fail-with-body --silent --show-error -X PUT "$admin/apisix/admin/$1" \
    -H "X-API-KEY: $ADMIN_KEY" -H 'Content-Type: application/json' --data-binary @- > /dev/null
  echo "put $1"
}

# One upstream a provider; the id is the provider's name in Sluice's provider.local section. No retries: a retry would spend
# capacity that Sluice has not granted.
put upstreams/local-a <<'JSON'
{ "type": "roundrobin", "nodes": { "127.0.0.1:19001": 1 }, "retries": 0, "timeout": { "connect": 3, "send": 60, "read": 300 } }
JSON
put upstreams/local-b <<'JSON'
{ "type": "roundrobin", "nodes": { "127.0.0.1:19002": 1 }, "retries": 0, "timeout": { "connect": 3, "send": 60, "read": 300 } }
JSON

# The route. Each plugin's part is explained in apisix.yaml.
put routes/llm <<JSON
{
  "uri": "/v1/*",
  "upstream_id": "local-a",
  "plugins": {
    "client-control": { "max_body_size": 8388608 },
    "limit-conn": {
      "conn": 4000, "burst": 0, "default_conn_delay": 0.1, "key_type": "var", "key": "route_id", "policy": "local", "rejected_code": 503
    },
    "ext-plugin-pre-req": {
      "allow_degradation": false,
      "conf": [
        { "name": "ai-token-router", "value": "{}" },
        { "name": "ai-context-guard", "value": "{}" },
        { "name": "ai-scheduler", "value": "{\"queue_timeout\": \"30s\"}" }
      ]
    },
    "traffic-split": {
      "rules": [
        { "match": [ { "vars": [ [ "http_x-sluice-provider", "==", "local-a" ] ] } ],
          "weighted_upstreams": [ { "upstream_id": "local-a", "weight": 1 } ] },
        { "match": [ { "vars": [ [ "http_x-sluice-provider", "==", "local-b" ] ] } ],
          "weighted_upstreams": [ { "upstream_id": "local-b", "weight": 1 } ] }
      ]
    },
    "http-logger": {
      "uri": "$events",
      "auth_header": "Bearer $EVENTS_SECRET",
      "batch_max_size": 1, "max_retry_count": 3, "retry_delay": 1, "timeout": 1,
      "include_resp_body": true, "max_resp_body_bytes": 4194304,
      "log_format": {
        "lease": "\$sent_http_x_sluice_lease", "status": "\$status", "completion": "\$request_completion",
        "upstream_status": "\$upstream_status", "upstream_addr": "\$upstream_addr", "request_time": "\$request_time",
        "upstream_header_time": "\$upstream_header_time", "upstream_response_time": "\$upstream_response_time",
        "body_bytes_sent": "\$body_bytes_sent", "retry_after": "\$upstream_http_retry_after",
        "ratelimit_remaining_requests": "\$upstream_http_x_ratelimit_remaining_requests",
        "ratelimit_remaining_tokens": "\$upstream_http_x_ratelimit_remaining_tokens",
        "ratelimit_reset_requests": "\$upstream_http_x_ratelimit_reset_requests",
        "ratelimit_reset_tokens": "\$upstream_http_x_ratelimit_reset_tokens",
        "content_type": "\$sent_http_content_type", "body": "\$resp_body"
      }
    }
  }
}
JSON

# APISIX discards completion events beyond this backlog a worker.
put plugin_metadata/http-logger <<'JSON'
{ "max_pending_entries": 20000 }
JSON
