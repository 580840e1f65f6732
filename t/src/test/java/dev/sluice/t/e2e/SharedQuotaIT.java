// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.routing.servers.RedisServer;
import dev.sluice.t.Figure;
import dev.sluice.t.stack.GatewayChoice;
import dev.sluice.t.stack.Http;
import dev.sluice.t.stack.Stack;
import dev.sluice.t.stack.StackPlan;
import dev.sluice.t.stack.StackPlan.AccountPlan;
import dev.sluice.t.stack.StackPlan.ProviderPlan;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Keys in a file, no PostgreSQL, and one Redis: what a runner granted, the next one knows of. */
class SharedQuotaIT {
  private static final int AMOUNT = 20;
  private static final int CALLS = 24;

  private static HttpResponse<String> call(Stack stack) {
    String body = "{\"model\":\"%s\",\"max_tokens\":8,\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}]}".formatted(StackPlan.MODEL);
    return Http.post(stack.gateway().resolve("/v1/chat/completions"), body, Map.of("authorization", "Bearer " + stack.key("many")));
  }

  private static long served(Stack stack, int calls) {
    List<CompletableFuture<Integer>> answers = new ArrayList<>();
    for (int i = 0; i < calls; i++) {
      answers.add(CompletableFuture.supplyAsync(() -> call(stack).statusCode(), Thread::startVirtualThread));
    }
    List<Integer> statuses = answers.stream().map(CompletableFuture::join).toList();
    assertThat(statuses).containsOnly(200, 429);
    return statuses.stream().filter(status -> status == 200).count();
  }

  @Test
  void aQuotaOutlivesTheRunnerThatGrantedIt() throws IOException {
    try (RedisServer redis = RedisServer.start()) {
      StackPlan plan =
          StackPlan.of(List.of(new ProviderPlan("local-a", 100_000, 64, 4_096, StackPlan.MODEL, List.of())), List.of(new AccountPlan("many", 0)))
              .with("stores.redis.url", "redis://127.0.0.1:" + redis.port())
              // However busy the machine is, Redis is not lost.
              .with("stores.redis.deadline", "5s")
              .with("quotas.limits", "{ many: {scope: account, subject: many, unit: requests, amount: " + AMOUNT + "} }");
      try (Stack stack = Stack.start(plan.withRunnerApart(), GatewayChoice.fromProperties(), Path.of("target", "e2e"))) {
        long first = 0;
        while (first < AMOUNT / 2) {
          first += call(stack).statusCode() == 200 ? 1 : 0;
        }
        stack.runner().terminate();
        stack.restartRunner();
        long second = served(stack, CALLS);
        assertThat(Figure.exactly("quotas: of a quota of 20 over Redis alone, granted by two runners", first + second, AMOUNT, "SharedQuotaIT").print().holds()).isTrue();
      }
    }
  }
}
