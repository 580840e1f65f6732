// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.market;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.t.Figure;
import dev.sluice.t.market.MarketSimulator.Failure;
import dev.sluice.t.stack.GatewayChoice;
import dev.sluice.t.stack.Http;
import dev.sluice.t.stack.SimulatorView;
import dev.sluice.t.stack.Stack;
import dev.sluice.t.stack.StackPlan;
import dev.sluice.t.stack.StackPlan.AccountPlan;
import dev.sluice.t.stack.StackPlan.ProviderPlan;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import tools.jackson.databind.JsonNode;

/** Local, hybrid and marketplace through the gateway, and what the marketplace gets to see of it. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class MarketplaceIT {
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final String CANARY = "canary-5e81";
  private static final String ACCOUNT = CANARY + "-account";

  private static MarketFixture market;
  private static Stack stack;
  private static SimulatorView local;
  private static SimulatorView supplier;

  @BeforeAll
  static void start() throws IOException {
    market = MarketFixture.start(Path.of("target", "e2e"));
    market.consent();
    // One place: a second request at a time finds the local provider loaded.
    StackPlan plan =
        StackPlan.of(
                List.of(new ProviderPlan("local-a", 100_000, 1, 32_768, StackPlan.MODEL, List.of())),
                List.of(new AccountPlan(ACCOUNT, 0), new AccountPlan("stays", 0, "providers: [local-a]")))
            .withSupplier(ProviderPlan.of(MarketFixture.SUPPLIER, 100_000, 64));
    stack = Stack.start(market.in(plan).withRunnerApart(), GatewayChoice.fromProperties(), Path.of("target", "e2e"));
    local = new SimulatorView(stack.simulator("local-a"));
    supplier = new SimulatorView(stack.simulator(MarketFixture.SUPPLIER));
  }

  @AfterAll
  static void stop() {
    stack.close();
    market.close();
  }

  @BeforeEach
  void idle() {
    market.simulator().always(Optional.empty());
    Http.await(SOON, () -> stack.pool().openLeases() == 0, () -> "leases are open");
    Http.await(SOON, () -> health().contains("state=\"closed\"} 1"), MarketplaceIT::health);
    local.reset();
    supplier.reset();
  }

  private static String health() {
    return Http.get(stack.admin().resolve("/metrics")).body();
  }

  private static HttpRequest request(String account, String model, int output) {
    return HttpRequest.newBuilder(stack.gateway().resolve("/v1/chat/completions"))
        .header("authorization", "Bearer " + stack.key(account))
        .header("content-type", "application/json")
        .header("x-sim-output", Integer.toString(output))
        .POST(
            HttpRequest.BodyPublishers.ofString(
                "{\"model\":\"%s\",\"max_tokens\":%d,\"messages\":[{\"role\":\"user\",\"content\":\"%s: my secret\"}]}".formatted(model, Math.max(output, 8), CANARY)))
        .timeout(Duration.ofSeconds(60))
        .build();
  }

  private static HttpResponse<String> call(String account, String model) {
    return Http.send(request(account, model, 8));
  }

  /** A long request that takes the local provider's only place, once it has it. */
  private static CompletableFuture<HttpResponse<String>> occupied() {
    CompletableFuture<HttpResponse<String>> running = CompletableFuture.supplyAsync(() -> Http.send(request("stays", StackPlan.MODEL, 150)));
    Http.await(SOON, () -> stack.pool().providers().get("local-a").inFlight() == 1, () -> "nothing runs at local-a");
    return running;
  }

  @Test
  @Order(1)
  void whatOnlyTheMarketplaceServesGoesToASupplierAndIsReported() {
    Http.await(SOON, () -> call(ACCOUNT, MarketFixture.MARKET_ONLY).statusCode() == 200, () -> call(ACCOUNT, MarketFixture.MARKET_ONLY).body());
    SimulatorView.Seen seen = supplier.requests().getLast();
    assertThat(seen.values("authorization")).containsExactly("Bearer " + StackPlan.SUPPLIER_TOKEN);
    assertThat(seen.values("host")).containsExactly("supplier-a.example");
    assertThat(seen.headers().toString()).doesNotContain(stack.key(ACCOUNT));
    assertThat(seen.body()).contains("\"sim-rare\"", CANARY);
    Http.await(SOON, () -> !market.simulator().reports().isEmpty(), () -> "no report");
    JsonNode report = market.simulator().reports().values().iterator().next();
    assertThat(report.path("status").asString("")).isEqualTo("ok");
    assertThat(report.path("measure").asString("")).isEqualTo("reported");
    assertThat(report.path("output_tokens").asString("")).isEqualTo("8");
    assertThat(report.path("account").asString("")).matches("[0-9a-f]{32}");
    assertThat(report.path("quote_id").asString("")).startsWith("quote-");
    long tokens = Long.parseLong(report.path("input_tokens").asString("")) + 8;
    assertThat(new BigDecimal(report.path("charge").asString("0"))).isEqualByComparingTo(BigDecimal.valueOf(2 * tokens, 6));
  }

  @Test
  @Order(2)
  void localComesFirstAndTheRestGoesToASupplier() {
    assertThat(call(ACCOUNT, StackPlan.MODEL).statusCode()).isEqualTo(200);
    assertThat(local.requests()).hasSize(1);
    assertThat(supplier.requests()).isEmpty();
    Http.await(SOON, () -> stack.pool().openLeases() == 0, () -> "leases are open");

    CompletableFuture<HttpResponse<String>> running = occupied();
    for (int i = 0; i < 5; i++) {
      HttpResponse<String> answer = call(ACCOUNT, StackPlan.MODEL);
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    }
    assertThat(running.join().statusCode()).isEqualTo(200);
    assertThat(supplier.requests()).hasSize(5);
    assertThat(local.requests()).hasSize(2);

    Http.await(SOON, () -> stack.pool().openLeases() == 0, () -> "leases are open");
    assertThat(call(ACCOUNT, StackPlan.MODEL).statusCode()).isEqualTo(200);
    assertThat(local.requests()).as("back again").hasSize(3);
  }

  @Test
  @Order(3)
  void aKeyThatMayOnlyUseLocalProvidersWaits() {
    CompletableFuture<HttpResponse<String>> running = occupied();
    HttpResponse<String> answer = call("stays", StackPlan.MODEL);
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(Long.parseLong(answer.headers().firstValue("x-sluice-wait-ms").orElse("0"))).isPositive();
    running.join();
    assertThat(supplier.requests()).isEmpty();
  }

  @Test
  @Order(4)
  void whileTheMarketplaceIsOutEverythingStaysLocal() {
    int failed = 0;
    for (Failure failure : List.of(new Failure.Close(), new Failure.Hang(), new Failure.Status(503), new Failure.Huge(64L << 20), new Failure.Garbage())) {
      market.simulator().always(Optional.of(failure));
      CompletableFuture<HttpResponse<String>> running = occupied();
      for (int i = 0; i < 3; i++) {
        failed += call(ACCOUNT, StackPlan.MODEL).statusCode() == 200 ? 0 : 1;
      }
      failed += running.join().statusCode() == 200 ? 0 : 1;
      market.simulator().always(Optional.empty());
      Http.await(SOON, () -> health().contains("state=\"closed\"} 1"), MarketplaceIT::health);
    }
    Figure lost = Figure.exactly("marketplace: requests failed while it hangs, closes, fails or floods", failed, 0, "MarketplaceIT").print();
    assertThat(lost.holds()).isTrue();

    market.simulator().always(Optional.of(new Failure.Close()));
    Http.await(SOON, () -> call(ACCOUNT, MarketFixture.MARKET_ONLY).statusCode() == 503, () -> "served");
    HttpResponse<String> refused = call(ACCOUNT, MarketFixture.MARKET_ONLY);
    assertThat(refused.statusCode()).as("not queued for ever").isEqualTo(503);
    assertThat(refused.headers().firstValue("x-sluice-reason")).isPresent();
    market.simulator().always(Optional.empty());
    Http.await(SOON, () -> call(ACCOUNT, MarketFixture.MARKET_ONLY).statusCode() == 200, () -> "not back");
  }

  @Test
  @Order(5)
  void whatStayedAndIsGivenUpIsBoughtAfterAll() {
    market.simulator().always(Optional.of(new Failure.Close()));
    Http.await(SOON, () -> call(ACCOUNT, MarketFixture.MARKET_ONLY).statusCode() == 503, () -> "the marketplace is not out");
    CompletableFuture<HttpResponse<String>> running = CompletableFuture.supplyAsync(() -> Http.send(request("stays", StackPlan.MODEL, 450)));
    Http.await(SOON, () -> stack.pool().providers().get("local-a").inFlight() == 1, () -> "nothing runs at local-a");
    supplier.reset();
    CompletableFuture<HttpResponse<String>> waiting = CompletableFuture.supplyAsync(() -> Http.send(patient(ACCOUNT)));
    CompletableFuture<HttpResponse<String>> bound = CompletableFuture.supplyAsync(() -> Http.send(patient("stays")));
    Http.await(SOON, () -> stack.pool().waiting() == 2, () -> "nobody waits: " + stack.pool());
    market.simulator().always(Optional.empty());

    HttpResponse<String> answer = waiting.join();
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    assertThat(Long.parseLong(answer.headers().firstValue("x-sluice-wait-ms").orElse("0"))).isGreaterThan(1_000);
    assertThat(supplier.requests()).hasSize(1);
    assertThat(bound.join().statusCode()).as("may only use its own").isEqualTo(429);
    assertThat(health()).contains("sluice_hybrid_decisions_total{spill=\"given_up\"} 1");
    running.join();
  }

  private static HttpRequest patient(String account) {
    return HttpRequest.newBuilder(request(account, StackPlan.MODEL, 8), (name, value) -> true).header("x-sluice-max-wait-ms", "9000").build();
  }

  @Test
  @Order(6)
  void reportsOutliveTheRunner() throws IOException {
    int before = market.simulator().calls("/quote").size();
    Http.await(SOON, () -> call(ACCOUNT, MarketFixture.MARKET_ONLY).statusCode() == 200, () -> "not served");
    CompletableFuture<Integer> running =
        CompletableFuture.supplyAsync(() -> Http.send(request(ACCOUNT, MarketFixture.MARKET_ONLY, 150)).statusCode()).exceptionally(e -> 0);
    Http.await(SOON, () -> market.simulator().calls("/quote").size() >= before + 2 && !supplier.requests().isEmpty(), () -> "not bought");
    stack.runner().kill();
    stack.restartRunner();
    running.join();
    int bought = market.simulator().calls("/quote").size();
    Http.await(SOON, () -> market.simulator().reports().values().stream().anyMatch(report -> report.path("status").asString("").equals("unknown")), () -> "no report of the lost one");
    assertThat(market.simulator().reports()).hasSizeLessThanOrEqualTo(bought);
    assertThat(Files.exists(market.folder().resolve("outbox"))).isTrue();
  }

  @Test
  @Order(7)
  void theMarketplaceSeesNoPromptNoKeyAndNoName() {
    String received = market.simulator().received();
    assertThat(received).contains("/v1/marketplace/supplies?", "/v1/marketplace/quote", "/v1/marketplace/usage");
    long seen =
        List.of(CANARY, "my secret", stack.key(ACCOUNT), stack.key("stays"), stack.key(ACCOUNT).substring(0, 12), StackPlan.SUPPLIER_TOKEN, stack.providerKey(), MarketFixture.MARKET_ONLY).stream()
            .filter(received::contains)
            .count();
    Figure figure = Figure.exactly("marketplace: canaries of prompts, keys and accounts in " + received.length() / 1000 + " kB that it was sent", seen, 0, "MarketplaceIT").print();
    assertThat(figure.holds()).isTrue();
    assertThat(health()).contains("sluice_marketplace_calls_total{operation=\"quote\",result=\"ok\"}").doesNotContain(CANARY);
  }

  @Test
  @Order(8)
  void nothingIsSentAfterConsentIsWithdrawn() throws IOException {
    assertThat(call(ACCOUNT, MarketFixture.MARKET_ONLY).statusCode()).isEqualTo(200);
    market.revoke();
    Http.await(SOON, () -> call(ACCOUNT, MarketFixture.MARKET_ONLY).statusCode() == 503, () -> "served without consent");
    int before = market.simulator().received().length();
    for (int i = 0; i < 20; i++) {
      assertThat(call(ACCOUNT, MarketFixture.MARKET_ONLY).statusCode()).isEqualTo(503);
    }
    assertThat(market.simulator().received()).hasSize(before);
    assertThat(call(ACCOUNT, StackPlan.MODEL).statusCode()).isEqualTo(200);

    stack.runner().terminate();
    stack.runner().await();
    MarketSimulator simulator = market.simulator();
    Figure figure = Figure.exactly("marketplace: starts without consent that were not refused", startsWithoutConsent(), 0, "MarketplaceIT").print();
    assertThat(figure.holds()).isTrue();
    assertThat(simulator.received()).hasSize(before);
  }

  private static long startsWithoutConsent() {
    try (var process = stack.startRefused()) {
      Http.await(SOON, () -> !process.alive(), process::output);
      int status = process.exitStatus();
      String said = process.output();
      assertThat(said).contains("MARKETPLACE NOTICE", "SUPPLIERS RECEIVE CONTENT", "sluice marketplace consent --who NAME", "nobody has consented");
      return status == 0 ? 1 : 0;
    }
  }
}
