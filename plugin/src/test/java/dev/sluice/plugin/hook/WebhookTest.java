// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.hook;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.plugin.hook.Webhook.Failure;
import dev.sluice.plugin.hook.Webhook.Result;
import dev.sluice.routing.config.Secret;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class WebhookTest {
  private static final Duration DEADLINE = Duration.ofMillis(2_500);
  private static final int MAX_ANSWER = 1_000;

  private final AtomicLong nanos = new AtomicLong();
  private final List<AutoCloseable> open = new ArrayList<>();

  record Fault(String name, FaultyServer.Act act, Failure failure) {
    @Override
    public String toString() {
      return name;
    }
  }

  static List<Fault> faults() {
    String head = "HTTP/1.1 200 OK\r\n";
    return List.of(
        new Fault("never answers", (out, closed) -> closed.await(), Failure.LATE),
        new Fault(
            "begins and stops",
            (out, closed) -> {
              out.write((head + "content-length: 40\r\n\r\n{\"action\"").getBytes(StandardCharsets.UTF_8));
              out.flush();
              closed.await();
            },
            Failure.LATE),
        new Fault(
            "drips",
            (out, closed) -> {
              out.write((head + "content-length: 900\r\n\r\n").getBytes(StandardCharsets.UTF_8));
              while (!closed.await(20, TimeUnit.MILLISECONDS)) {
                out.write(' ');
                out.flush();
              }
            },
            Failure.LATE),
        new Fault("closes at once", (out, closed) -> {}, Failure.UNREACHABLE),
        new Fault("closes half-way", FaultyServer.raw(head + "content-length: 400\r\n\r\n{"), Failure.UNREACHABLE),
        new Fault("no HTTP", FaultyServer.raw("220 smtp.example.com ready\r\n"), Failure.UNREACHABLE),
        new Fault("404", FaultyServer.answer(404, "{\"action\":\"allow\"}"), Failure.STATUS),
        new Fault("500 with much to say", FaultyServer.answer(500, "x".repeat(1 << 20)), Failure.STATUS),
        new Fault("204", FaultyServer.raw("HTTP/1.1 204 No Content\r\n\r\n"), Failure.STATUS),
        new Fault("redirect", FaultyServer.raw("HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n"), Failure.STATUS),
        new Fault("too large", FaultyServer.answer(200, "{\"action\":\"allow\"}" + " ".repeat(MAX_ANSWER)), Failure.TOO_LARGE),
        new Fault("endless", (out, closed) -> {
          out.write((head + "transfer-encoding: chunked\r\n\r\n").getBytes(StandardCharsets.UTF_8));
          while (true) {
            out.write("400\r\n".getBytes(StandardCharsets.US_ASCII));
            out.write(new byte[0x400]);
            out.write("\r\n".getBytes(StandardCharsets.US_ASCII));
          }
        }, Failure.TOO_LARGE),
        new Fault("garbage", FaultyServer.answer(200, "<html>"), Failure.UNREADABLE),
        new Fault("empty", FaultyServer.answer(200, ""), Failure.UNREADABLE),
        new Fault("no action", FaultyServer.answer(200, "{}"), Failure.UNREADABLE),
        new Fault("an action nobody knows", FaultyServer.answer(200, "{\"action\":\"maybe\"}"), Failure.UNREADABLE),
        new Fault("two actions", FaultyServer.answer(200, "{\"action\":\"deny\",\"action\":\"allow\"}"), Failure.UNREADABLE),
        new Fault("nothing to replace by", FaultyServer.answer(200, "{\"action\":\"replace\"}"), Failure.UNREADABLE),
        new Fault("cut off JSON", FaultyServer.answer(200, "{\"action\":\"allow\""), Failure.UNREADABLE),
        new Fault("more than JSON", FaultyServer.answer(200, "{\"action\":\"allow\"}{\"action\":\"deny\"}"), Failure.UNREADABLE));
  }

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable each : open.reversed()) {
      each.close();
    }
  }

  private FaultyServer server(FaultyServer.Act act) throws IOException {
    FaultyServer server = new FaultyServer(act);
    open.add(server);
    return server;
  }

  private Webhook webhook(URI uri, int maxConcurrent, Optional<Proof> proof) {
    Webhook webhook = new Webhook(new WebhookSettings(uri, DEADLINE, MAX_ANSWER, maxConcurrent, proof), new Webhook.Clocks(nanos::get, () -> Instant.ofEpochSecond(1_800_000_000)));
    open.add(webhook);
    return webhook;
  }

  private static CompletableFuture<Result<HookAnswer>> ask(Webhook webhook) {
    CompletableFuture<Result<HookAnswer>> answer = new CompletableFuture<>();
    new ContentHook(webhook, false).ask(new ContentHook.Subject("/v1/chat/completions", "m\"\n", "acme", "k1"), "{\"a\": 1}".getBytes(StandardCharsets.UTF_8), answer::complete);
    return answer;
  }

  private static Result<HookAnswer> answered(Webhook webhook) throws Exception {
    return ask(webhook).get(20, TimeUnit.SECONDS);
  }

  @ParameterizedTest
  @MethodSource("faults")
  void whatIsNoAnswerIsAFailureInTime(Fault fault) throws Exception {
    Webhook webhook = webhook(server(fault.act()).uri(), 4, Optional.empty());
    // The first call also makes the client.
    assertThat(answered(webhook)).isEqualTo(new Result.Failed<>(fault.failure()));
  }

  @Test
  void nobodyListens() throws Exception {
    int port;
    try (ServerSocket socket = new ServerSocket(0)) {
      port = socket.getLocalPort();
    }
    assertThat(answered(webhook(URI.create("http://127.0.0.1:" + port + "/"), 4, Optional.empty()))).isEqualTo(new Result.Failed<>(Failure.UNREACHABLE));
  }

  @Test
  void answersAreUnderstood() throws Exception {
    FaultyServer server = server(FaultyServer.answer(200, "{\"action\":\"allow\",\"score\":[1,{\"action\":\"deny\"}]}"));
    Webhook webhook = webhook(server.uri(), 4, Optional.empty());
    assertThat(answered(webhook)).isEqualTo(new Result.Answered<>(new HookAnswer.Allow()));
    server.now(FaultyServer.answer(200, "{\"reason\":\"no\\r\\nx: y \\u2028 names\",\"action\":\"deny\"}"));
    assertThat(answered(webhook)).isEqualTo(new Result.Answered<>(new HookAnswer.Deny("nox: y  names")));
    server.now(FaultyServer.answer(200, " {\"request\" : {\"model\":\"é\", \"x\":[ 1 ]} , \"action\":\"replace\"}"));
    assertThat(answered(webhook))
        .isInstanceOfSatisfying(
            Result.Answered.class,
            answer ->
                assertThat(new String(((HookAnswer.Replace) answer.answer()).request().array(), StandardCharsets.UTF_8)).isEqualTo("{\"model\":\"é\", \"x\":[ 1 ]}"));
    assertThat(new String(server.bodies().get(0), StandardCharsets.UTF_8))
        .isEqualTo("{\"path\":\"/v1/chat/completions\",\"model\":\"m\\\"\\n\",\"account\":\"acme\",\"key\":\"k1\",\"request\":{\"a\": 1}}");
  }

  @Test
  void callsProveWhoseTheyAre() throws Exception {
    FaultyServer server = server(FaultyServer.answer(200, "{\"action\":\"allow\"}"));
    Secret secret = Secret.ofVariable(Map.of("S", "sesame"), "S").orElseThrow();
    answered(webhook(server.uri(), 4, Optional.of(new Proof.Bearer(secret))));
    assertThat(server.heads().get(0)).containsIgnoringCase("authorization: Bearer sesame\r\n");
    answered(webhook(server.uri(), 4, Optional.of(new Proof.Signature(secret))));
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec("sesame".getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
    mac.update("1800000000.".getBytes(StandardCharsets.UTF_8));
    assertThat(server.heads().get(1))
        .containsIgnoringCase("x-sluice-timestamp: 1800000000\r\n")
        .containsIgnoringCase("x-sluice-signature: v1=" + HexFormat.of().formatHex(mac.doFinal(server.bodies().get(1))) + "\r\n")
        .doesNotContain("sesame");
  }

  @Test
  void whatFailsIsLeftAloneForAWhile() throws Exception {
    FaultyServer server = server(FaultyServer.answer(500, ""));
    Webhook webhook = webhook(server.uri(), 4, Optional.empty());
    for (int i = 0; i < 5; i++) {
      assertThat(answered(webhook)).isEqualTo(new Result.Failed<>(Failure.STATUS));
    }
    assertThat(answered(webhook)).isEqualTo(new Result.Failed<>(Failure.BREAKER_OPEN));
    assertThat(server.heads()).hasSize(5);
    server.now(FaultyServer.answer(200, "{\"action\":\"allow\"}"));
    nanos.addAndGet(Duration.ofSeconds(9).toNanos());
    assertThat(answered(webhook)).isEqualTo(new Result.Failed<>(Failure.BREAKER_OPEN));
    nanos.addAndGet(Duration.ofSeconds(2).toNanos());
    assertThat(answered(webhook)).isEqualTo(new Result.Answered<>(new HookAnswer.Allow()));
    assertThat(answered(webhook)).isEqualTo(new Result.Answered<>(new HookAnswer.Allow()));
  }

  @Test
  void onlySoManyAtATime() throws Exception {
    CountDownLatch two = new CountDownLatch(2);
    FaultyServer server =
        server(
            (out, closed) -> {
              two.countDown();
              closed.await();
            });
    Webhook webhook = webhook(server.uri(), 2, Optional.empty());
    var first = ask(webhook);
    var second = ask(webhook);
    assertThat(two.await(10, TimeUnit.SECONDS)).isTrue();
    assertThat(ask(webhook).getNow(null)).isEqualTo(new Result.Failed<>(Failure.BUSY));
    assertThat(first.get(20, TimeUnit.SECONDS)).isEqualTo(new Result.Failed<>(Failure.LATE));
    assertThat(second.get(20, TimeUnit.SECONDS)).isEqualTo(new Result.Failed<>(Failure.LATE));
    server.now(FaultyServer.answer(200, "{\"action\":\"allow\"}"));
    assertThat(answered(webhook)).isEqualTo(new Result.Answered<>(new HookAnswer.Allow()));
  }

  @Test
  void addressesDoNotShow() {
    assertThat(new WebhookSettings(URI.create("https://example.com/canary"), DEADLINE, 1, 1, Optional.empty()).toString()).doesNotContain("canary");
  }
}
