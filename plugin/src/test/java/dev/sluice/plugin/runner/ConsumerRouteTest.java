// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.runner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.plugin.entitle.Degraded;
import dev.sluice.plugin.entitle.Standings;
import dev.sluice.plugin.entitle.TokenRouterFilter;
import dev.sluice.plugin.filter.EventLoopFilter;
import dev.sluice.plugin.filter.RunnerRequest;
import dev.sluice.plugin.protocol.Wire;
import dev.sluice.plugin.refusal.Refusals;
import dev.sluice.routing.ApiKeyRouter;
import dev.sluice.routing.Entitlement;
import dev.sluice.routing.Lookup;
import dev.sluice.routing.Terms;
import dev.sluice.routing.Traits;
import dev.sluice.routing.rule.KeyPattern;
import dev.sluice.routing.rule.RoutingRule;
import dev.sluice.routing.rule.RuleSet;
import dev.sluice.routing.trust.TrustedNetworks;
import dev.sluice.routing.window.InForce;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.apisix.plugin.runner.HttpRequest;
import org.apache.apisix.plugin.runner.HttpResponse;
import org.apache.apisix.plugin.runner.filter.PluginFilterChain;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Routes on which APISIX's own consumers are the accounts. */
class ConsumerRouteTest {
  private static final RuleSet RULES =
      RuleSet.of(
          List.of(
              new RoutingRule(
                  "acme", 0, Traits.NONE, Optional.of(KeyPattern.of(KeyPattern.Kind.EXACT, "consumer:acme")), Terms.ofLevel(OptionalInt.of(1)))));

  private final Probe probe = new Probe();
  private final TestRunner runner = TestRunner.with(router(), probe);

  private static TokenRouterFilter router() {
    var standings = new Standings(() -> RULES, () -> InForce.NOTHING, () -> TrustedNetworks.NONE, new Standings.Levels(5, 3));
    return new TokenRouterFilter(new ApiKeyRouter(key -> new Lookup.KnownAbsent()), () -> Instant.EPOCH, standings, new Refusals(reason -> {}), Degraded.CLOSED);
  }

  @AfterEach
  void stop() {
    runner.close();
  }

  /** Keeps what the filters before it left. */
  private static final class Probe implements EventLoopFilter {
    private final BlockingQueue<Entitlement> seen = new LinkedBlockingQueue<>();

    @Override
    public String name() {
      return "probe";
    }

    @Override
    public Object configure(String json) {
      return json;
    }

    @Override
    public void filter(HttpRequest request, HttpResponse response, PluginFilterChain chain) {
      ((RunnerRequest) request).get(TokenRouterFilter.ENTITLEMENT).ifPresent(seen::add);
      chain.filter(request, response);
    }
  }

  private Wire.Reply call(TestGateway gateway, String conf, String... headers) {
    long token = gateway.prepare("route#" + conf, TokenRouterFilter.NAME, conf, "probe", "{}");
    return gateway.ask(Wire.call(1, token, "/v1/chat/completions", headers));
  }

  @Test
  void theConsumerIsTheAccountAndNoKeyIsLookedAt() throws Exception {
    try (TestGateway gateway = runner.connect()) {
      Wire.Reply asked = call(gateway, "{\"account_from\":\"consumer\"}", "authorization", "Bearer sk-unknown", "x-sluice-priority", "0");
      assertThat(asked.type()).isEqualTo(3);
      gateway.ask(Wire.extra("acme"));
      Entitlement seen = probe.seen.poll(10, TimeUnit.SECONDS);
      assertThat(seen.account()).isEqualTo("acme");
      assertThat(seen.keyId()).isEqualTo("consumer:acme");
      assertThat(seen.terms().level()).hasValue(1);
    }
  }

  @Test
  void theGroupIsTheAccountWhereTheRouteSaysSo() throws Exception {
    try (TestGateway gateway = runner.connect()) {
      call(gateway, "{\"account_from\":\"consumer_group\"}");
      gateway.ask(Wire.extra("acme"));
      gateway.ask(Wire.extra("factories"));
      Entitlement seen = probe.seen.poll(10, TimeUnit.SECONDS);
      assertThat(seen.account()).isEqualTo("factories");
      assertThat(seen.keyId()).isEqualTo("consumer:acme");
    }
  }

  @Test
  void withoutAConsumerTheRouteIsClosed() {
    try (TestGateway gateway = runner.connect()) {
      call(gateway, "{\"account_from\":\"consumer\"}", "authorization", "Bearer sk-unknown");
      Wire.Reply reply = gateway.ask(Wire.extra((byte[]) null));
      assertThat(reply.type()).isEqualTo(2);
      assertThat(new String(reply.payload(), StandardCharsets.ISO_8859_1)).contains("misconfigured_route");
      assertThat(probe.seen).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a b", "x\r\ny", "-"})
  void aConsumerThatIsNoNameIsNone(String name) {
    try (TestGateway gateway = runner.connect()) {
      call(gateway, "{\"account_from\":\"consumer\"}");
      Wire.Reply reply = gateway.ask(Wire.extra(name));
      assertThat(new String(reply.payload(), StandardCharsets.ISO_8859_1)).contains("misconfigured_route");
    }
  }

  @Test
  void byDefaultTheKeyCounts() {
    try (TestGateway gateway = runner.connect()) {
      Wire.Reply reply = call(gateway, "{}", "authorization", "Bearer sk-unknown");
      assertThat(new String(reply.payload(), StandardCharsets.ISO_8859_1)).contains("unknown_key");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"account_from\":\"Consumer\"}", "{\"account_form\":\"consumer\"}", "{\"account_from\":1}"})
  void aRouteThatCannotBeReadIsClosed(String conf) {
    try (TestGateway gateway = runner.connect()) {
      Wire.Reply reply = call(gateway, conf, "authorization", "Bearer sk-unknown");
      assertThat(new String(reply.payload(), StandardCharsets.ISO_8859_1)).doesNotContain("unknown_key");
      assertThat(probe.seen).isEmpty();
    }
  }
}
