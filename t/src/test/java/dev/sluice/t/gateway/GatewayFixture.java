// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.gateway;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A gateway between a fake runner, two upstreams and a collector. Thread-safe. */
final class GatewayFixture implements AutoCloseable {
  private static final JsonMapper JSON = new JsonMapper();

  final Path directory;
  final StubServer upstreamA = new StubServer();
  final StubServer upstreamB = new StubServer();
  final StubServer collector = new StubServer();
  final FakeRunner runner;
  final EmbeddedGateway gateway;

  GatewayFixture(FakeRunner.Script script) throws IOException {
    this(script, "");
  }

  GatewayFixture(FakeRunner.Script script, String loggerExtras) throws IOException {
    directory = Files.createTempDirectory("gw");
    runner = new FakeRunner(socket(), script);
    Files.writeString(configFile(), yaml(loggerExtras));
    gateway = EmbeddedGateway.start(new EmbeddedGateway.Options(
        configFile(), new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), socket(), 20));
  }

  Path socket() {
    return directory.resolve("r.sock");
  }

  Path configFile() {
    return directory.resolve("apisix.yaml");
  }

  RawClient client() throws IOException {
    return new RawClient(gateway.port());
  }

  RawClient.Answer ask(String request) throws IOException {
    try (RawClient client = client()) {
      return client.send(request).answer();
    }
  }

  /** The next event's JSON. */
  JsonNode event() throws InterruptedException {
    return JSON.readTree(collector.next().body());
  }

  String yaml(String loggerExtras) throws IOException {
    int refused;
    try (var probe = new ServerSocket(0)) {
      refused = probe.getLocalPort();
    }
    String logger = """
              http-logger:
                uri: http://127.0.0.1:%d/events
                auth_header: "Bearer shared-secret"
                batch_max_size: 1
                max_retry_count: 3
                retry_delay: 0
                timeout: 1
                include_resp_body: true
                max_resp_body_bytes: 4194304
                %s
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
                  content_type: "$sent_http_content_type"
                  scenario: "$http_x_scenario"
                  body: "$resp_body"
        """.formatted(collector.port(), loggerExtras);
    return """
        upstreams:
          - { id: local-a, type: roundrobin, nodes: { "127.0.0.1:%d": 1 }, retries: 0 }
          - { id: local-b, type: roundrobin, nodes: { "127.0.0.1:%d": 1 }, retries: 0 }
          - { id: dead, type: roundrobin, nodes: { "127.0.0.1:%d": 1 }, retries: 0 }
        consumers:
          - username: alice
            plugins: { key-auth: { key: alice-key } }
        routes:
          - id: authd
            uri: /auth/*
            upstream_id: local-a
            plugins:
              key-auth: {}
              ext-plugin-pre-req:
                _meta: { priority: 2400 }
                conf: [ { name: ai-scheduler, value: '{"account":"consumer"}' } ]
          - id: llm
            uri: /v1/*
            upstream_id: local-a
            plugins:
              client-control: { max_body_size: 65536 }
              ext-plugin-pre-req:
                conf:
                  - { name: ai-token-router, value: '{"realm":"default"}' }
                  - { name: ai-scheduler, value: '{"pool":"chat","queue_timeout":"30s"}' }
              traffic-split:
                rules:
                  - match: [ { vars: [["http_x-sluice-provider", "==", "local-b"]] } ]
                    weighted_upstreams: [ { upstream_id: local-b, weight: 1 } ]
                  - match: [ { vars: [["http_x-sluice-provider", "==", "dead"]] } ]
                    weighted_upstreams: [ { upstream_id: dead, weight: 1 } ]
        """.formatted(upstreamA.port(), upstreamB.port(), refused).stripTrailing()
        + "\n" + logger + "#END\n";
  }

  @Override
  public void close() throws IOException {
    gateway.close();
    runner.close();
    upstreamA.close();
    upstreamB.close();
    collector.close();
  }
}
