// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.t.Figure;
import dev.sluice.t.stack.GatewayChoice;
import dev.sluice.t.stack.Http;
import dev.sluice.t.stack.Stack;
import dev.sluice.t.stack.StackPlan;
import dev.sluice.t.stack.StackPlan.AccountPlan;
import dev.sluice.t.stack.StackPlan.ProviderPlan;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Quotas as callers meet them. */
class QuotaIT {
  private static Stack stack;

  @BeforeAll
  static void start() {
    StackPlan plan =
        StackPlan.of(
                List.of(new ProviderPlan("local-a", 100_000, 64, 4_096, StackPlan.MODEL, List.of())),
                List.of(new AccountPlan("three", 0), new AccountPlan("many", 0), new AccountPlan("refused", 0), new AccountPlan("free", 0), new AccountPlan("none", 0)))
            .with(
                "quotas.limits",
                "{ three: {scope: account, subject: three, unit: requests, amount: 3},"
                    + " many: {scope: account, subject: many, unit: requests, amount: 10},"
                    + " refused: {scope: key, subject: refused, unit: requests, amount: 1},"
                    + " none: {scope: account, subject: none, unit: tokens, amount: 0, calendar: month} }");
    stack = Stack.start(plan, GatewayChoice.fromProperties(), Path.of("target", "e2e"));
  }

  @AfterAll
  static void stop() {
    stack.close();
  }

  private static HttpRequest request(String account, String model, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(stack.gateway().resolve("/v1/chat/completions"))
            .header("authorization", "Bearer " + stack.key(account))
            .header("content-type", "application/json")
            .POST(
                HttpRequest.BodyPublishers.ofString(
                    "{\"model\":\"%s\",\"max_tokens\":8,\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}]}".formatted(model)));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return request.build();
  }

  @Test
  void theLastRequestOfAQuotaIsServedAndTheNextIsToldNotToRetry() {
    for (int i = 0; i < 3; i++) {
      assertThat(Http.send(request("three", StackPlan.MODEL)).statusCode()).isEqualTo(200);
    }
    HttpResponse<String> answer = Http.send(request("three", StackPlan.MODEL));
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(429);
    assertThat(answer.headers().firstValue("x-sluice-reason")).contains("quota_exceeded");
    assertThat(answer.headers().firstValue("x-should-retry")).contains("false");
    assertThat(answer.headers().firstValue("x-sluice-lease")).isEmpty();
    assertThat(answer.body()).contains("\"code\":\"insufficient_quota\"").contains("3 requests a month");
    assertThat(Http.send(request("free", StackPlan.MODEL)).statusCode()).isEqualTo(200);
  }

  @Test
  void requestsThatAreRefusedOrTooLargeTakeNothingOfTheQuota() {
    for (int i = 0; i < 3; i++) {
      assertThat(Http.send(request("refused", "no-such-model")).statusCode()).isEqualTo(404);
      HttpResponse<String> large =
          Http.send(
              HttpRequest.newBuilder(stack.gateway().resolve("/v1/chat/completions"))
                  .header("authorization", "Bearer " + stack.key("refused"))
                  .header("content-type", "application/json")
                  .POST(
                      HttpRequest.BodyPublishers.ofString(
                          "{\"model\":\"%s\",\"max_tokens\":100000,\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}]}".formatted(StackPlan.MODEL)))
                  .build());
      assertThat(large.statusCode()).as(large.body()).isEqualTo(400);
    }
    assertThat(Http.send(request("refused", StackPlan.MODEL)).statusCode()).isEqualTo(200);
    assertThat(Http.send(request("refused", StackPlan.MODEL)).statusCode()).isEqualTo(429);
  }

  @Test
  void aQuotaOfNothingAdmitsNobody() {
    assertThat(Http.send(request("none", StackPlan.MODEL)).statusCode()).isEqualTo(429);
  }

  @Test
  void callersAtOnceGetExactlyWhatIsThere() {
    List<CompletableFuture<Integer>> answers = new ArrayList<>();
    for (int i = 0; i < 64; i++) {
      answers.add(CompletableFuture.supplyAsync(() -> Http.send(request("many", StackPlan.MODEL)).statusCode(), Thread::startVirtualThread));
    }
    List<Integer> statuses = answers.stream().map(CompletableFuture::join).toList();
    long served = statuses.stream().filter(status -> status == 200).count();
    assertThat(statuses).containsOnly(200, 429);
    assertThat(Figure.exactly("quotas: of 64 requests at once served by a quota of 10", served, 10, "QuotaIT").print().holds()).isTrue();
  }
}
