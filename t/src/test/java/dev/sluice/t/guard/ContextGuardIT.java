// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.guard;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.sluice.t.Figure;
import dev.sluice.t.stack.GatewayChoice;
import dev.sluice.t.stack.Http;
import dev.sluice.t.stack.SimulatorView;
import dev.sluice.t.stack.Stack;
import dev.sluice.t.stack.StackPlan;
import dev.sluice.t.stack.StackPlan.AccountPlan;
import dev.sluice.t.stack.StackPlan.ProviderPlan;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Requests near and beyond a context of 128 000 tokens, in front of a provider that counts exactly; and a content hook. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ContextGuardIT {
  private static final int CONTEXT = 128_000;

  /** {@code -Dlimit.requests=40} is what is promised, a part of it what every build takes the time for. */
  private static final int NEAR_THE_LIMIT = Integer.getInteger("limit.requests", 8);

  private static final JsonMapper JSON = new JsonMapper();
  private static final String CANARY = "canary-8Jw2";
  private static final String[] WORDS =
      ("the river carries water past fields where farmers repair their fences before winter and nobody remembers who first planted"
              + " those tall poplars along its bank although several families still argue about it every autumn")
          .split(" ");

  private static HttpServer hook;
  private static final AtomicReference<String> hookAnswer = new AtomicReference<>("{\"action\":\"allow\"}");
  private static final AtomicReference<String> hookAsked = new AtomicReference<>("");
  private static final AtomicReference<String> fittingAnswer = new AtomicReference<>("");
  private static final AtomicReference<String> fittingAsked = new AtomicReference<>("");
  private static Stack stack;

  @BeforeAll
  static void start() throws IOException {
    hook = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
    serve("/", hookAnswer, hookAsked);
    serve("/fit", fittingAnswer, fittingAsked);
    hook.start();
    List<String> simulator =
        List.of("--context", Integer.toString(CONTEXT), "--prefill-tokens-per-sec", "2000000", "--step-base-ms", "1", "--step-per-request-ms", "0", "--tokens-per-sec", "100000");
    StackPlan plan =
        StackPlan.of(
                List.of(new ProviderPlan("local-a", 10_000_000, 16, CONTEXT, StackPlan.MODEL, simulator)),
                List.of(new AccountPlan("gold", 0), new AccountPlan("bronze", 4), new AccountPlan("middle", 3), new AccountPlan("own", 2)))
            .with(
                "protection.context.models",
                "[ { model: sim-*, levels: [4], strategy: truncate_oldest, max_output: clamp }, { model: sim-*, levels: [3], strategy: truncate_middle }, { model: sim-*, levels: [2], strategy: custom } ]")
            .with("protection.context.webhook.url", "http://127.0.0.1:" + hook.getAddress().getPort() + "/fit")
            .with("protection.context.webhook.deadline", "10s")
            .with("protection.context.count_deadline", "20s")
            .with("protection.hook.url", "http://127.0.0.1:" + hook.getAddress().getPort() + "/")
            .with("protection.hook.deadline", "10s")
            .with("observability.log_level", "debug");
    stack = Stack.start(plan.withRunnerApart(), GatewayChoice.fromProperties(), Path.of("target", "e2e"));
  }

  /** Answers with what is set, with 500 if that is empty, and keeps what was asked. */
  private static void serve(String path, AtomicReference<String> answers, AtomicReference<String> asked) {
    hook.createContext(
        path,
        exchange -> {
          asked.set(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
          byte[] answer = answers.get().getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(answer.length == 0 ? 500 : 200, answer.length == 0 ? -1 : answer.length);
          exchange.getResponseBody().write(answer);
          exchange.close();
        });
  }

  @AfterAll
  static void stop() {
    stack.close();
    hook.stop(0);
  }

  @BeforeEach
  void hookAllows() {
    hookAnswer.set("{\"action\":\"allow\"}");
  }

  private static HttpResponse<String> post(String account, String path, String body) {
    return Http.post(stack.gateway().resolve(path), body, Map.of("authorization", "Bearer " + stack.key(account), "anthropic-version", "2023-06-01"));
  }

  private static HttpResponse<String> chat(String account, String body) {
    return post(account, "/v1/chat/completions", body);
  }

  /** So many words, each of one token but for a few of two. */
  private static String words(int tokens, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    StringBuilder text = new StringBuilder("so");
    for (int i = 1; i < tokens; i++) {
      text.append(' ').append(WORDS[random.nextInt(WORDS.length)]);
    }
    return text.toString();
  }

  private static String turns(int number, int tokensEach) {
    StringBuilder messages = new StringBuilder();
    for (int i = 0; i < number; i++) {
      messages.append("{\"role\":\"user\",\"content\":\"%s\"},{\"role\":\"assistant\",\"content\":\"noted\"},".formatted(words(tokensEach, i)));
    }
    return messages.toString();
  }

  private static String body(int maxTokens, String messages) {
    return "{\"model\":\"sim-model\",\"max_tokens\":%d,\"messages\":[%s]}".formatted(maxTokens, messages);
  }

  private static String said(String role, String text) {
    return "{\"role\":\"" + role + "\",\"content\":\"" + text + "\"}";
  }

  private static long promptTokens(HttpResponse<String> answer) {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    JsonNode usage = JSON.readTree(answer.body()).path("usage");
    return usage.has("prompt_tokens") ? usage.path("prompt_tokens").asLong() : usage.path("input_tokens").asLong();
  }

  private static long refusedByProvider() {
    return new SimulatorView(stack.simulator("local-a")).figure("refused");
  }

  @Test
  @Order(1)
  void aHundredThousandTokensPass() {
    HttpResponse<String> answer = chat("gold", body(64, said("user", words(100_000, 1))));
    assertThat(promptTokens(answer)).isBetween(100_000L, 110_000L);
    assertThat(answer.headers().firstValue("x-sluice-truncated")).isEmpty();
    Figure.exactly("100k tokens on a 128k model answered with", answer.statusCode(), 200, "ContextGuardIT").print();
  }

  @Test
  @Order(2)
  void aHundredAndFiftyThousandAreRefused() {
    HttpResponse<String> answer = chat("gold", body(64, turns(15, 10_000) + said("user", "well?")));
    assertThat(answer.headers().firstValue("x-sluice-reason")).contains("context_length_exceeded");
    assertThat(answer.body()).contains("\"code\":\"context_length_exceeded\"").contains("at most 128000 tokens").containsPattern("needs about 1[3-6]\\d{4} ");
    Figure.exactly("150k tokens on a 128k model answered with", answer.statusCode(), 400, "ContextGuardIT").print();
  }

  @Test
  @Order(3)
  void orCutToWhatFits() {
    for (String account : List.of("bronze", "middle")) {
      HttpResponse<String> answer = chat(account, body(64, said("system", "Be brief.") + "," + turns(15, 10_000) + said("user", "well?")));
      long tokens = promptTokens(answer);
      Figure.atMost("150k tokens cut to prompt tokens, " + account, tokens, CONTEXT - 64, "", "ContextGuardIT").print();
      assertThat(tokens).isBetween(CONTEXT - 64 - 10_100L, CONTEXT - 64L);
      assertThat(answer.headers().firstValue("x-sluice-truncated").orElseThrow())
          .startsWith("messages=6; of=32; prompt_tokens=" + tokens + "; strategy=truncate_" + (account.equals("bronze") ? "oldest" : "middle"));
    }
  }

  @Test
  @Order(3)
  void orMadeToFitByAWebhookOfTheOperatorsOwn() {
    SimulatorView simulator = new SimulatorView(stack.simulator("local-a"));
    simulator.reset();
    String tooLong = body(64, turns(15, 10_000) + said("user", "well?"));
    String fitting = body(64, said("user", "all of that in short") + "," + said("user", "well?"));
    fittingAnswer.set(fitting);
    HttpResponse<String> answer = chat("own", tooLong);
    assertThat(answer.headers().firstValue("x-sluice-truncated").orElseThrow()).startsWith("strategy=custom; prompt_tokens=" + promptTokens(answer));
    assertThat(simulator.requests()).singleElement().satisfies(request -> assertThat(request.body()).isEqualTo(fitting));
    assertThat(fittingAsked.get()).startsWith("{\"model\":\"sim-model\",\"limit\":128000,\"actual\":").endsWith(",\"request\":" + tooLong + "}");

    for (String useless : List.of(tooLong, "", "no JSON")) {
      fittingAnswer.set(useless);
      HttpResponse<String> refused = chat("own", tooLong);
      assertThat(refused.statusCode()).as(useless.isEmpty() ? "none" : useless.substring(0, 7)).isIn(400, 503);
      assertThat(refused.headers().firstValue("x-sluice-reason")).get().isIn("context_length_exceeded", "hook_failed");
    }
    assertThat(simulator.requests()).hasSize(1);
  }

  @Test
  @Order(4)
  void alsoInAnthropicsDialect() {
    String exchange =
        "{\"role\":\"assistant\",\"content\":[{\"type\":\"tool_use\",\"id\":\"t%1$d\",\"name\":\"look\",\"input\":{\"q\":\"x\"}}]},"
            + "{\"role\":\"user\",\"content\":[{\"type\":\"tool_result\",\"tool_use_id\":\"t%1$d\",\"content\":\"%2$s\"}]},";
    StringBuilder messages = new StringBuilder(said("user", "look around") + ",");
    for (int i = 0; i < 15; i++) {
      messages.append(exchange.formatted(i, words(10_000, i)));
    }
    messages.setLength(messages.length() - 1);
    HttpResponse<String> answer = post("bronze", "/v1/messages", body(64, messages.toString()));
    assertThat(promptTokens(answer)).isBetween(CONTEXT - 64 - 10_100L, CONTEXT - 64L);
    HttpResponse<String> refused = post("gold", "/v1/messages", body(64, messages.toString()));
    assertThat(refused.statusCode()).isEqualTo(400);
    assertThat(refused.body()).contains("\"type\":\"invalid_request_error\"").contains("at most 128000 tokens");
  }

  @Test
  @Order(5)
  void anOutputLimitIsLowered() {
    HttpResponse<String> answer = chat("bronze", body(100_000, said("user", words(60_000, 3))));
    long tokens = promptTokens(answer);
    assertThat(answer.headers().firstValue("x-sluice-truncated")).contains("max_tokens=" + (CONTEXT - tokens));
    assertThat(chat("gold", body(100_000, said("user", words(60_000, 3)))).statusCode()).isEqualTo(400);
  }

  /** Sizes around the limit, texts of every kind that estimates are bad at: what passes here fits there. */
  @Test
  @Order(6)
  void whatPassesIsNeverTooLongForTheProvider() {
    SplittableRandom random = new SplittableRandom(20261128);
    int passed = 0;
    int refused = 0;
    long before = refusedByProvider();
    for (int i = 0; i < NEAR_THE_LIMIT; i++) {
      int output = 16 + random.nextInt(2_000);
      int room = CONTEXT - output;
      String text =
          switch (i % 5) {
            case 0 -> words(room - 12 + random.nextInt(10), i);
            case 1 -> letters(random, (int) (room * 1.9 * (0.9 + 0.2 * random.nextDouble())));
            case 2 -> "th".repeat((int) (room * (0.8 + 0.6 * random.nextDouble())));
            case 3 -> "data:image/png;base64," + letters(random, (int) (room * 1.4 * (0.9 + 0.2 * random.nextDouble())));
            default -> "\u4eba\u5de5\u667a\u80fd\u8ba9\u8ba1\u7b97\u673a\u7406\u89e3\u8bed\u8a00 ".repeat((int) (room / 8 * (0.7 + 0.6 * random.nextDouble())));
          };
      HttpResponse<String> answer = chat("gold", body(output, said("user", text)));
      if (answer.statusCode() == 200) {
        passed++;
      } else {
        assertThat(answer.headers().firstValue("x-sluice-reason")).as(answer.body()).contains("context_length_exceeded");
        refused++;
      }
    }
    System.out.printf("near the limit: %d passed, %d refused%n", passed, refused);
    assertThat(passed).isGreaterThan(NEAR_THE_LIMIT / 5);
    assertThat(refused).isGreaterThan(NEAR_THE_LIMIT / 10);
    Figure.exactly("requests near the limit that the provider refused for length", refusedByProvider() - before, 0, "ContextGuardIT").print();
    assertThat(refusedByProvider()).isEqualTo(before);
  }

  private static String letters(SplittableRandom random, int length) {
    StringBuilder text = new StringBuilder(length);
    for (int i = 0; i < length; i++) {
      text.append("abcdefghijklmnopqrstuvwxyz0123456789+/".charAt(random.nextInt(38)));
    }
    return text.toString();
  }

  @Test
  @Order(7)
  void theHookAllowsDeniesAndReplaces() {
    assertThat(chat("gold", body(8, said("user", CANARY))).statusCode()).isEqualTo(200);
    assertThat(hookAsked.get()).startsWith("{\"path\":\"/v1/chat/completions\",\"model\":\"sim-model\",\"account\":\"gold\",\"key\":\"gold\",\"request\":{").contains(CANARY);

    hookAnswer.set("{\"action\":\"deny\",\"reason\":\"No names of customers, please.\"}");
    HttpResponse<String> denied = chat("gold", body(8, said("user", CANARY)));
    assertThat(denied.statusCode()).isEqualTo(400);
    assertThat(denied.headers().firstValue("x-sluice-reason")).contains("content_denied");
    assertThat(denied.body()).contains("No names of customers, please.").contains("content_policy_violation");

    SimulatorView simulator = new SimulatorView(stack.simulator("local-a"));
    simulator.reset();
    String other = body(9, said("user", "***"));
    hookAnswer.set("{\"action\":\"replace\",\"request\":" + other + "}");
    assertThat(chat("gold", body(8, said("user", CANARY))).statusCode()).isEqualTo(200);
    assertThat(simulator.requests()).singleElement().satisfies(request -> assertThat(request.body()).isEqualTo(other));

    hookAnswer.set("");
    HttpResponse<String> failed = chat("gold", body(8, said("user", CANARY)));
    assertThat(failed.statusCode()).isEqualTo(503);
    assertThat(failed.headers().firstValue("x-sluice-reason")).contains("hook_failed");
    assertThat(failed.headers().firstValue("retry-after")).isPresent();
  }

  @Test
  @Order(8)
  void nothingOfPromptsIsLogged() throws IOException {
    assertThat(Files.readString(stack.folder().resolve("runner.log"))).doesNotContain(CANARY).doesNotContain("poplars").doesNotContain("all of that in short");
    assertThat(Http.get(stack.admin().resolve("/metrics")).body())
        .contains("sluice_context_guard_total{outcome=\"truncated\"}")
        .contains("sluice_context_guard_total{outcome=\"denied\"}")
        .contains("sluice_webhook_failures_total{cause=\"status\"}")
        .doesNotContain(CANARY);
  }
}
