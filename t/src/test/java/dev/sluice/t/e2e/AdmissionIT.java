// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.t.stack.GatewayChoice;
import dev.sluice.t.stack.Http;
import dev.sluice.t.stack.PoolState;
import dev.sluice.t.stack.SimulatorView;
import dev.sluice.t.stack.Stack;
import dev.sluice.t.stack.StackPlan;
import dev.sluice.t.stack.StackPlan.AccountPlan;
import dev.sluice.t.stack.StackPlan.ProviderPlan;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Single requests through the whole product: who gets in, what reaches the provider, what comes back. */
class AdmissionIT {
  private static Stack stack;

  @BeforeAll
  static void start() {
    StackPlan plan =
        StackPlan.of(
                List.of(new ProviderPlan("local-a", 100_000, 16, 8_192, "upstream-name", List.of())),
                List.of(new AccountPlan("gold", 0), new AccountPlan("bronze", 4), new AccountPlan("elsewhere", 0, "models: [ another-model ]")))
            .with("scheduler.service_tier", "{ priority: 0, flex: 3 }")
            .with("provider.local.local-a.max_rps", "500");
    stack = Stack.start(plan, GatewayChoice.fromProperties(), Path.of("target", "e2e"));
  }

  @AfterAll
  static void stop() {
    stack.close();
  }

  private static HttpResponse<String> chat(String key, String body, Map<String, String> more) {
    Map<String, String> headers = new HashMap<>(more);
    headers.put("authorization", "Bearer " + key);
    return Http.post(stack.gateway().resolve("/v1/chat/completions"), body, headers);
  }

  private static String body(String model) {
    return "{\"model\":\"" + model + "\",\"max_tokens\":8,\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}]}";
  }

  @Test
  void aKnownKeyIsServedAndItsLeaseSettlesToTheReportedUsage() {
    HttpResponse<String> answer = chat(stack.key("gold"), body(StackPlan.MODEL), Map.of());

    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    assertThat(answer.headers().firstValue("x-sluice-lane")).contains("0");
    assertThat(answer.headers().firstValue("x-sluice-lease")).isPresent();
    Http.await(Duration.ofSeconds(5), () -> stack.pool().openLeases() == 0, () -> stack.pool().toString());
    PoolState pool = stack.pool();
    assertThat(pool.leases().get("settled")).isPositive();
  }

  @Test
  void anUnknownKeyIsRefusedInTheCallersDialect() {
    HttpResponse<String> openAi = chat("sk-nobody", body(StackPlan.MODEL), Map.of());
    HttpResponse<String> anthropic = Http.post(stack.gateway().resolve("/v1/messages"), "{}", Map.of("x-api-key", "sk-nobody"));

    assertThat(openAi.statusCode()).isEqualTo(401);
    assertThat(openAi.body()).contains("\"code\":\"invalid_api_key\"");
    assertThat(openAi.headers().firstValue("x-sluice-reason")).contains("unknown_key");
    assertThat(anthropic.statusCode()).isEqualTo(401);
    assertThat(anthropic.body()).contains("\"type\":\"authentication_error\"");
  }

  private static String lane(String account, String more, Map<String, String> headers) {
    HttpResponse<String> answer = chat(stack.key(account), body(StackPlan.MODEL).replace("\"max_tokens\":8", "\"max_tokens\":8" + more), headers);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return answer.headers().firstValue("x-sluice-lane").orElseThrow();
  }

  @Test
  void aCallerMayLowerItsPriorityAndNeverRaiseIt() {
    assertThat(lane("gold", "", Map.of("x-sluice-priority", "3"))).isEqualTo("3");
    assertThat(lane("gold", "", Map.of("X-Sluice-Priority", "99"))).isEqualTo("4");
    assertThat(lane("bronze", "", Map.of("x-sluice-priority", "0"))).isEqualTo("4");
  }

  @Test
  void aServiceTierMapsToALevelAndRaisesNobody() {
    assertThat(lane("gold", ",\"service_tier\":\"flex\"", Map.of())).isEqualTo("3");
    assertThat(lane("gold", ",\"service_tier\":\"auto\"", Map.of())).isEqualTo("0");
    assertThat(lane("bronze", ",\"service_tier\":\"priority\"", Map.of())).isEqualTo("4");
  }

  @Test
  void anAdmittedCallerIsToldWhatIsLeftOfTheLimits() {
    HttpResponse<String> openAi = chat(stack.key("gold"), body(StackPlan.MODEL), Map.of());
    HttpResponse<String> anthropic = Http.post(stack.gateway().resolve("/v1/messages"), body(StackPlan.MODEL), Map.of("x-api-key", stack.key("gold")));

    assertThat(openAi.headers().allValues("x-ratelimit-limit-tokens")).containsExactly("100000");
    assertThat(openAi.headers().firstValueAsLong("x-ratelimit-remaining-tokens").orElseThrow()).isBetween(90_000L, 99_999L);
    assertThat(openAi.headers().firstValue("x-ratelimit-reset-tokens")).hasValueSatisfying(reset -> assertThat(reset).matches("\\d+ms"));
    assertThat(openAi.headers().allValues("x-ratelimit-limit-requests")).containsExactly("500");
    assertThat(openAi.headers().firstValueAsLong("x-ratelimit-remaining-requests").orElseThrow()).isBetween(490L, 499L);
    assertThat(anthropic.headers().allValues("anthropic-ratelimit-tokens-limit")).containsExactly("100000");
    assertThat(anthropic.headers().firstValue("anthropic-ratelimit-tokens-reset")).hasValueSatisfying(reset -> assertThat(reset).endsWith("Z"));
    assertThat(anthropic.headers().firstValue("x-ratelimit-limit-tokens")).isEmpty();
  }

  @Test
  void aCallerSeesTheModelsItMayUse() {
    assertThat(models("gold")).contains("\"object\":\"list\"").contains("\"id\":\"" + StackPlan.MODEL + "\"").doesNotContain("upstream-name");
    assertThat(models("elsewhere")).contains("\"data\":[]");
  }

  private static String models(String account) {
    HttpRequest request = HttpRequest.newBuilder(stack.gateway().resolve("/v1/models")).header("authorization", "Bearer " + stack.key(account)).build();
    HttpResponse<String> answer = Http.send(request);
    assertThat(answer.statusCode()).isEqualTo(200);
    return answer.body();
  }

  @Test
  void aWaitLongerThanTheCallerAcceptsIsRefusedAtOnce() {
    HttpResponse<String> large = chat(stack.key("gold"), body(StackPlan.MODEL), Map.of("x-sluice-max-wait-ms", "0"));
    assertThat(large.statusCode()).as("there is room").isEqualTo(200);
    SimulatorView simulator = new SimulatorView(stack.simulator("local-a"));
    simulator.reset();
    simulator.script("{\"kind\":\"hang\",\"times\":16}");
    HttpClient client = HttpClient.newHttpClient();
    try {
      HttpRequest held =
          HttpRequest.newBuilder(stack.gateway().resolve("/v1/chat/completions"))
              .version(HttpClient.Version.HTTP_1_1)
              .header("authorization", "Bearer " + stack.key("gold"))
              .POST(HttpRequest.BodyPublishers.ofString(body(StackPlan.MODEL)))
              .build();
      for (int i = 0; i < 16; i++) {
        client.sendAsync(held, HttpResponse.BodyHandlers.discarding());
      }
      Http.await(Duration.ofSeconds(10), () -> stack.pool().openLeases() == 16, () -> stack.pool().toString());
      HttpResponse<String> refused = chat(stack.key("gold"), body(StackPlan.MODEL), Map.of("x-sluice-max-wait-ms", "0"));
      assertThat(refused.statusCode()).isEqualTo(429);
      assertThat(refused.headers().firstValue("x-sluice-reason")).contains("wait_too_long");
      assertThat(refused.headers().firstValueAsLong("retry-after").orElseThrow()).isBetween(1L, 60L);
      assertThat(refused.headers().firstValueAsLong("retry-after-ms").orElseThrow()).isBetween(100L, 60_000L);
      assertThat(stack.pool().waiting()).isZero();
    } finally {
      client.shutdownNow();
    }
    Http.await(Duration.ofSeconds(10), () -> stack.pool().openLeases() == 0, () -> stack.pool().toString());
  }
}
