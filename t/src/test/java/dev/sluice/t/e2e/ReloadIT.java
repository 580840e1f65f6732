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
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Files that change under the running product. */
class ReloadIT {
  private static final Duration SOON = Duration.ofSeconds(10);
  private static Stack stack;
  private static long runnerPid;

  @BeforeAll
  static void start() {
    StackPlan plan =
        StackPlan.of(List.of(new ProviderPlan("local-a", 100_000, 16, 8_192, StackPlan.MODEL, List.of())), List.of(new AccountPlan("gold", 0), new AccountPlan("bronze", 4)));
    stack = Stack.start(plan.withRunnerApart(), GatewayChoice.fromProperties(), Path.of("target", "e2e"));
    runnerPid = stack.runner().pid();
  }

  @AfterAll
  static void stop() {
    stack.close();
  }

  private static String read(String file) {
    try {
      return Files.readString(stack.folder().resolve(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Replaces a file in one step, as an editor or a configuration tool does. */
  private static void write(String file, String text) {
    try {
      Path next = Files.writeString(stack.folder().resolve(file + ".next"), text);
      Files.move(next, stack.folder().resolve(file), StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static int status(String account) {
    String body = "{\"model\":\"%s\",\"max_tokens\":8,\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}]}".formatted(StackPlan.MODEL);
    return Http.post(stack.gateway().resolve("/v1/chat/completions"), body, Map.of("authorization", "Bearer " + stack.key(account))).statusCode();
  }

  private static long tokensPerSecond() {
    return stack.pool().providers().get("local-a").tokensPerSecond();
  }

  @Test
  void keysComeAndGoAndABrokenKeyFileChangesNothing() {
    String keys = read("keys.yaml");
    assertThat(status("bronze")).isEqualTo(200);

    write("keys.yaml", keys.replace("level: 4 }", "level: 4, status: revoked }"));
    Http.await(SOON, () -> status("bronze") == 401, () -> "the revoked key is still served");
    assertThat(status("gold")).isEqualTo(200);

    write("keys.yaml", "keys: [ { id: 1");
    Http.await(SOON, () -> read("runner.log").contains("keys.yaml"), () -> "the log says nothing of the broken file: " + read("runner.log"));
    assertThat(status("gold")).isEqualTo(200);
    assertThat(status("bronze")).isEqualTo(401);

    write("keys.yaml", keys);
    Http.await(SOON, () -> status("bronze") == 200, () -> "the key is not served again");
    assertThat(stack.runner().pid()).isEqualTo(runnerPid);
    assertThat(stack.runner().alive()).isTrue();
  }

  @Test
  void capacityChangesWhileRunningAndABrokenFileChangesNothing() {
    String config = read("sluice.yaml");
    write("sluice.yaml", config.replace("max_tokens_per_sec: 100000", "max_tokens_per_sec: 50000").replace("max_concurrent: 16", "max_concurrent: 7"));
    Http.await(SOON, () -> tokensPerSecond() == 50_000, () -> stack.pool().toString());
    assertThat(stack.pool().providers().get("local-a").maxConcurrent()).isEqualTo(7);
    assertThat(status("gold")).isEqualTo(200);

    write("sluice.yaml", config.replace("max_tokens_per_sec: 100000", "max_tokens_per_sec: 30000, max_tokens_per_second: 1"));
    Http.await(SOON, () -> read("runner.log").contains("max_tokens_per_second"), () -> "the log does not name the unknown key");
    assertThat(read("runner.log")).contains("the one before stays in force");
    assertThat(tokensPerSecond()).isEqualTo(50_000);
    assertThat(status("gold")).isEqualTo(200);

    write("sluice.yaml", config);
    Http.await(SOON, () -> tokensPerSecond() == 100_000, () -> stack.pool().toString());
    assertThat(stack.runner().alive()).isTrue();
  }
}
