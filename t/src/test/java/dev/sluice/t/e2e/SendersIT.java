// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.t.stack.GatewayChoice;
import dev.sluice.t.stack.Http;
import dev.sluice.t.stack.Stack;
import dev.sluice.t.stack.StackPlan;
import dev.sluice.t.stack.StackPlan.AccountPlan;
import dev.sluice.t.stack.StackPlan.ProviderPlan;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Rules and time windows of the running product. */
class SendersIT {
  private static final Duration SOON = Duration.ofSeconds(10);
  private static Stack stack;
  private static String configuration;

  @BeforeAll
  static void start() throws IOException {
    StackPlan plan =
        StackPlan.of(
            List.of(new ProviderPlan("local-a", 100_000, 16, 8_192, StackPlan.MODEL, List.of())),
            List.of(
                new AccountPlan("plain", -1),
                new AccountPlan("batch", -1, "workload_tag: batch"),
                new AccountPlan("own", 3, "workload_tag: batch"),
                new AccountPlan("shallow", -1, "max_wait: 0s")));
    stack = Stack.start(plan.withRunnerApart(), GatewayChoice.fromProperties(), Path.of("target", "e2e"));
    configuration = Files.readString(stack.folder().resolve("sluice.yaml"));
  }

  @AfterAll
  static void stop() {
    stack.close();
  }

  private static void add(String yaml) {
    try {
      Path next = Files.writeString(stack.folder().resolve("sluice.yaml.next"), configuration + yaml);
      Files.move(next, stack.folder().resolve("sluice.yaml"), StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static int lane(String account) {
    String body = "{\"model\":\"%s\",\"max_tokens\":8,\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}]}".formatted(StackPlan.MODEL);
    HttpResponse<String> answer =
        Http.send(
            HttpRequest.newBuilder(stack.gateway().resolve("/v1/chat/completions"))
                .header("authorization", "Bearer " + stack.key(account))
                .header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build());
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return Integer.parseInt(answer.headers().firstValue("x-sluice-lane").orElseThrow());
  }

  private static void awaitLane(String account, int lane) {
    Http.await(SOON, () -> lane(account) == lane, () -> account + " is not in lane " + lane + " but " + lane(account));
  }

  @Test
  void rulesAndWindowsComeAndGoWithTheFile() {
    assertThat(List.of(lane("plain"), lane("batch"), lane("own"), lane("shallow"))).containsExactly(2, 2, 3, 2);

    add("rules: [ { id: batch, match_workload_tag: batch, level: 4 }, { id: rest, priority_order: 200, level: 1 } ]\n");
    awaitLane("plain", 1);
    assertThat(List.of(lane("batch"), lane("own"))).containsExactly(4, 3);

    add("time_windows: [ { id: always, start: \"00:00\", end: \"24:00\", match_workload_tag: batch, level_delta: -2 } ]\n");
    awaitLane("batch", 0);
    assertThat(List.of(lane("plain"), lane("own"))).containsExactly(2, 1);

    add("");
    awaitLane("batch", 2);
    assertThat(List.of(lane("plain"), lane("own"))).containsExactly(2, 3);
  }

  @Test
  void aRuleThatIsNotFitKeepsWhatIsInForce() {
    add("rules: [ { id: bad, match_key: \"web-(\", match_key_kind: regex, level: 0 } ]\n");
    Http.await(SOON, () -> log().contains("configuration not reloaded") && log().contains("rules[0].match_key"), SendersIT::log);
    assertThat(lane("plain")).isEqualTo(2);
    add("");
  }

  private static String log() {
    try {
      return Files.readString(stack.folder().resolve("runner.log"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
