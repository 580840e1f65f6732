// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.routing.servers.PostgresServer;
import dev.sluice.routing.servers.TcpProxy;
import dev.sluice.routing.servers.TcpProxy.Fault;
import dev.sluice.t.Figure;
import dev.sluice.t.stack.GatewayChoice;
import dev.sluice.t.stack.Http;
import dev.sluice.t.stack.Stack;
import dev.sluice.t.stack.StackPlan;
import dev.sluice.t.stack.StackPlan.ProviderPlan;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of a key that nobody has, in both fail modes, with a store that can tell and without. */
class FailModesIT {
  private static final Duration SOON = Duration.ofSeconds(30);
  private static final int CALLS = 40;

  private static PostgresServer postgres;
  private static TcpProxy toPostgres;

  @BeforeAll
  static void start() throws IOException {
    postgres = PostgresServer.start();
    toPostgres = TcpProxy.before(postgres.port());
  }

  @AfterAll
  static void stop() throws IOException {
    toPostgres.close();
    postgres.close();
  }

  private static StackPlan plan(String mode, Path folder) {
    return StackPlan.of(List.of(ProviderPlan.of("local-a", 1_000_000, 16)), List.of())
        .with("stores.postgresql.url", "jdbc:postgresql://127.0.0.1:" + toPostgres.port() + "/postgres")
        .with("stores.postgresql.user", "postgres")
        .with("token_routing.fail_mode", mode)
        .with("token_routing.snapshot_file", folder.resolve("keys.snapshot").toString());
  }

  private static HttpResponse<String> call(Stack stack, int caller) {
    String body = "{\"model\":\"%s\",\"max_tokens\":8,\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}]}".formatted(StackPlan.MODEL);
    return Http.post(stack.gateway().resolve("/v1/chat/completions"), body, Map.of("authorization", "Bearer sk-nobody-has-this-key-" + caller));
  }

  private static void awaitKeysFrom(Stack stack, String source) {
    Http.await(SOON, () -> ready(stack).contains("keys=" + source + " "), () -> ready(stack));
  }

  private static String ready(Stack stack) {
    return Http.get(stack.admin().resolve("/readyz")).body();
  }

  @ParameterizedTest
  @ValueSource(strings = {"fail_open", "fail_close"})
  void aKeyThatNobodyHasIsRefusedWheneverAStoreCanTell(String mode) throws IOException {
    Path folder = Files.createTempDirectory("sluice-fail");
    List<String> others = new ArrayList<>();
    // However busy the machine is, a healthy PostgreSQL is not lost.
    StackPlan plan = plan(mode, folder).with("stores.postgresql.deadline", "2s");
    try (Stack stack = Stack.start(plan, GatewayChoice.fromProperties(), Path.of("target", "e2e"))) {
      awaitKeysFrom(stack, "stores");
      others.addAll(answersOtherThan401(stack));
      toPostgres.fault(Fault.RESET);
      awaitKeysFrom(stack, "snapshot");
      Http.await(SOON, () -> call(stack, CALLS).statusCode() != 401, () -> "an index that nobody confirms still rules keys out");
      HttpResponse<String> unsure = call(stack, CALLS);
      assertThat(unsure.statusCode()).as(unsure.body()).isEqualTo(mode.equals("fail_open") ? 200 : 503);
      if (mode.equals("fail_open")) {
        assertThat(unsure.headers().firstValue("x-sluice-lane")).as("the last lane").contains("4");
      }
      toPostgres.fault(Fault.NONE);
      awaitKeysFrom(stack, "stores");
      Http.await(SOON, () -> call(stack, CALLS).statusCode() == 401, () -> "still let in");
      others.addAll(answersOtherThan401(stack));
    } finally {
      toPostgres.fault(Fault.NONE);
    }
    Figure figure = Figure.exactly("product: unknown keys with healthy stores not answered 401, " + mode, others.size(), 0, "FailModesIT").print();
    assertThat(figure.holds()).as(others.toString()).isTrue();
  }

  private static List<String> answersOtherThan401(Stack stack) {
    return IntStream.range(0, CALLS)
        .mapToObj(caller -> call(stack, caller))
        .filter(answer -> answer.statusCode() != 401)
        .map(answer -> answer.statusCode() + " " + answer.body())
        .toList();
  }

  /** Redis is away in the same way. */
  @ParameterizedTest
  @CsvSource({"fail_open, RESET", "fail_close, BLACKHOLE"})
  void aColdStartWithoutStoreAndSnapshotIsReadyAndSaysSo(String mode, Fault fault) throws IOException {
    Path folder = Files.createTempDirectory("sluice-fail");
    toPostgres.fault(fault);
    StackPlan plan = plan(mode, folder).with("stores.redis.url", "redis://127.0.0.1:" + toPostgres.port());
    try (Stack stack = Stack.start(plan, GatewayChoice.fromProperties(), Path.of("target", "e2e"))) {
      double seconds = stack.nanosToReady(process -> {}) / 1e9;
      awaitKeysFrom(stack, mode);
      assertThat(call(stack, 0).statusCode()).isEqualTo(mode.equals("fail_open") ? 200 : 503);
      assertThat(Figure.atMost("product: ready without store and snapshot after, " + mode + ", stores " + fault, seconds, 5, "s", "FailModesIT").print().bearable()).isTrue();
    } finally {
      toPostgres.fault(Fault.NONE);
    }
  }
}
