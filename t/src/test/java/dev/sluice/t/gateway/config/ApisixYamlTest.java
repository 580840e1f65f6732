// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

class ApisixYamlTest {
  private static final String GOOD = """
      upstreams:
        - { id: a, type: roundrobin, nodes: { "127.0.0.1:1": 1 }, retries: 0 }
      routes:
        - id: all
          uri: /v1/*
          upstream_id: a
          plugins:
            proxy-rewrite: { headers: { set: { X-A: b }, remove: [X-C] } }
        - { id: exact, uri: /v1/models, methods: [GET], upstream_id: a }
        - { id: host, uri: /v1/*, host: "*.example.com", priority: 5, upstream_id: a }
      #END
      """;

  /** What the product ships for operators is what its own gateway reads. */
  @Test
  void theShippedRoutesLoad() throws IOException {
    GatewayConfig config = ApisixYaml.parse(Files.readString(Path.of("..", "apisix", "apisix.yaml")), 1);
    assertThat(config.route("POST", "h", "/v1/chat/completions")).map(Route::id).hasValue("llm");
  }

  /** APISIX takes an empty map in config.yaml for a list, which replaces its defaults, and leaves out plugins that are not listed. */
  @Test
  void theShippedConfigurationListsThePluginsOfTheRoutesAndEmptiesNothing() throws IOException {
    JsonNode config = new YAMLMapper().readTree(Files.readString(Path.of("..", "apisix", "config.yaml")));
    JsonNode routes = new YAMLMapper().readTree(Files.readString(Path.of("..", "apisix", "apisix.yaml"))).get("routes");
    List<String> listed = config.get("plugins").valueStream().map(JsonNode::stringValue).toList();
    routes.forEach(route -> assertThat(listed).containsAll(route.get("plugins").propertyNames()));
    assertNothingEmpty(config);
  }

  private static void assertNothingEmpty(JsonNode node) {
    assertThat(node.isContainer() && node.isEmpty()).as(node.toString()).isFalse();
    node.forEach(ApisixYamlTest::assertNothingEmpty);
  }

  @ParameterizedTest
  @CsvSource({"key_type: var, key_type: constant", "key: route_id, key: llm", "policy: local, policy: redis"})
  void aCountOfAnythingButTheRouteIsRefused(String from, String to) throws IOException {
    String shipped = Files.readString(Path.of("..", "apisix", "apisix.yaml"));
    assertThat(shipped).contains(from);
    assertThatThrownBy(() -> ApisixYaml.parse(shipped.replace(from, to), 1))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("routes[0].plugins.limit-conn." + from.substring(0, from.indexOf(':')));
  }

  @Test
  void routesMatchByPriorityThenByLength() {
    GatewayConfig config = ApisixYaml.parse(GOOD, 1);
    assertThat(config.route("GET", "h", "/v1/models")).map(Route::id).hasValue("exact");
    assertThat(config.route("POST", "h", "/v1/models")).map(Route::id).hasValue("all");
    assertThat(config.route("GET", "eu.example.com", "/v1/models")).map(Route::id).hasValue("host");
    assertThat(config.route("GET", "h", "/other")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
    "#END                | #STOP                                  | does not end with #END",
    "retries: 0          | retries: 1                             | upstreams[0].retries: must be given as 0",
    ", retries: 0        | ''                                     | upstreams[0].retries: must be given as 0",
    "type: roundrobin    | type: chash                            | upstreams[0].type: is chash",
    "upstream_id: a      | upstream_id: b                         | routes[0].upstream_id: no upstream has the id b",
    "proxy-rewrite:      | limit-count:                           | routes[0].plugins.limit-count: the embedded gateway does not know this plugin",
    "remove:             | removed:                               | routes[0].plugins.proxy-rewrite.headers: the embedded gateway does not know [removed]",
    "uri: /v1/models     | uri: /v1/models, vars: []              | routes[1]: the embedded gateway does not know [vars]",
    "routes:             | ssls:                                  | apisix.yaml: the embedded gateway does not know [ssls]",
    "id: exact           | id: all                                | routes[1]: a second route with the id all",
    "[GET]               | GET                                    | routes[1].methods: is not a list",
  })
  void whatIsUnknownOrWrongIsRefusedByItsPath(String from, String to, String message) {
    assertThat(GOOD).contains(from.strip());
    String bad = GOOD.replace(from.strip(), to.strip());
    assertThatThrownBy(() -> ApisixYaml.parse(bad, 1))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(message);
  }

  @Test
  void aLogFormatWithAnUnknownVariableIsRefused() {
    String bad = GOOD.replace(
        "proxy-rewrite: { headers: { set: { X-A: b }, remove: [X-C] } }",
        "http-logger: { uri: 'http://127.0.0.1:1/e', log_format: { a: $llm_prompt_tokens } }");
    assertThatThrownBy(() -> ApisixYaml.parse(bad, 1)).hasMessageContaining("does not know $llm_prompt_tokens");
  }
}
