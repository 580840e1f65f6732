// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/** What the gateway shares with APISIX, by the numbers of the package's list. */
@Timeout(30)
class GatewayFactsTest {
  private static final String[] NONE = {};
  private static final String CHAT = "/v1/chat/completions";

  private static FakeRunner.Script admit(String provider) {
    return (gateway, call) -> {
      gateway.askBody();
      gateway.rewrite(
          new String[] {"x-sluice-provider", provider, "x-remove-me", null},
          new String[] {"x-sluice-lease", "L1", "x-ratelimit-remaining-tokens", "123"}, "", "");
    };
  }

  @Test
  void fact1aHeaderSetByTheRunnerChoosesTheUpstream() throws Exception {
    try (GatewayFixture f = new GatewayFixture(admit("local-b"))) {
      f.upstreamB.answer(exchange -> StubServer.reply(exchange, 200, "application/json", "{\"from\":\"B\"}"));

      RawClient.Answer answer = f.ask(RawClient.post(CHAT, "{}"));

      assertThat(answer.body()).isEqualTo("{\"from\":\"B\"}");
      assertThat(f.upstreamB.next().header("x-sluice-provider")).isEqualTo("local-b");
      assertThat(f.upstreamA.received).isEmpty();
    }
  }

  @Test
  void fact2ResponseHeadersReachTheClientAndNotTheUpstream() throws Exception {
    try (GatewayFixture f = new GatewayFixture(admit("local-a"))) {
      RawClient.Answer answer = f.ask(RawClient.post(CHAT, "{}", "X-Remove-Me: 1"));

      assertThat(answer.values("x-sluice-lease")).containsExactly("L1");
      assertThat(answer.values("x-ratelimit-remaining-tokens")).containsExactly("123");
      StubServer.Received sent = f.upstreamA.next();
      assertThat(sent.header("x-remove-me")).isEmpty();
      assertThat(sent.header("x-sluice-lease")).isEmpty();
    }
  }

  @Test
  void fact2aNewBodyPathAndArgsGoUpstreamWithTheirLength() throws Exception {
    FakeRunner.Script script = (gateway, call) -> gateway.rewrite(
        NONE, NONE, new String[] {"drop", null, "new", "1 2"}, "/v2/other", "{\"longer\":\"body\"}");
    try (GatewayFixture f = new GatewayFixture(script)) {
      f.ask(RawClient.post(CHAT + "?drop=1&keep=2", "{}"));

      StubServer.Received sent = f.upstreamA.next();
      assertThat(sent.body()).isEqualTo("{\"longer\":\"body\"}");
      assertThat(sent.header("content-length")).isEqualTo("17");
      assertThat(sent.uri()).isEqualTo("/v2/other?keep=2&new=1%202");
    }
  }

  @Test
  void fact2RunnerHeadersStayOnA502() throws Exception {
    try (GatewayFixture f = new GatewayFixture(admit("dead"))) {
      RawClient.Answer answer = f.ask(RawClient.post(CHAT, "{}"));

      assertThat(answer.status()).isEqualTo(502);
      assertThat(answer.values("x-sluice-lease")).containsExactly("L1");
      JsonNode event = f.event();
      assertThat(event.get("lease").stringValue()).isEqualTo("L1");
      assertThat(event.get("upstream_status").stringValue()).isEqualTo("502");
      assertThat(event.get("status").intValue()).isEqualTo(502);
    }
  }

  @Test
  void fact3aHeaderVariableMatchesBothSpellingsAndJoinsThem() throws Exception {
    try (GatewayFixture f = new GatewayFixture((gateway, call) -> {
      String joined = StandardCharsets.UTF_8.decode(
          io.github.api7.A6.ExtraInfo.Resp.getRootAsResp(gateway.askVariable("http_x_lease")).resultAsByteBuffer())
          .toString();
      gateway.stop(400, joined);
    })) {
      assertThat(f.ask(RawClient.post(CHAT, "{}", "X_Lease: evil", "X-Lease: ours")).body()).isEqualTo("evil, ours");
    }
  }

  @Test
  void fact3anUpstreamsHeaderOfTheSameNameIsListedBehindTheRunners() throws Exception {
    try (GatewayFixture f = new GatewayFixture(admit("local-a"))) {
      f.upstreamA.answer(exchange -> {
        exchange.getResponseHeaders().set("x-sluice-lease", "forged");
        StubServer.reply(exchange, 200, "application/json", "{}");
      });
      f.ask(RawClient.post(CHAT, "{}"));
      assertThat(f.event().get("lease").stringValue()).isEqualTo("L1, forged");
    }
  }

  @Test
  void fact4aClientThatLeavesWhileQueuedClosesTheRunnersSocket() throws Exception {
    BlockingQueue<Integer> called = new LinkedBlockingQueue<>();
    try (GatewayFixture f = new GatewayFixture((gateway, call) -> {
      called.add(gateway.number());
      gateway.read();
    })) {
      RawClient client = f.client().send(RawClient.post(CHAT, "{}"));
      Integer connection = called.poll(10, TimeUnit.SECONDS);
      assertThat(connection).isNotNull();
      long leftNanos = System.nanoTime();
      client.close();

      assertThat(f.runner.closed.poll(10, TimeUnit.SECONDS)).isEqualTo(connection);
      assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - leftNanos)).isLessThan(100);
      JsonNode event = f.event();
      assertThat(event.get("status").intValue()).isEqualTo(499);
      assertThat(event.has("lease")).isFalse();
      assertThat(event.get("completion").stringValue()).isEmpty();
      assertThat(event.get("body").stringValue()).isEmpty();
      assertThat(f.upstreamA.received).isEmpty();
    }
  }

  @Test
  void fact5aStreamIsPassedOnUnbufferedAndLoggedWhole() throws Exception {
    CountDownLatch firstSeen = new CountDownLatch(1);
    try (GatewayFixture f = new GatewayFixture(admit("local-a"))) {
      f.upstreamA.answer(exchange -> {
        exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
        exchange.sendResponseHeaders(200, 0);
        exchange.getResponseBody().write("data: 1\n\n".getBytes(StandardCharsets.UTF_8));
        exchange.getResponseBody().flush();
        await(firstSeen);
        exchange.getResponseBody().write("data: [DONE]\n\n".getBytes(StandardCharsets.UTF_8));
        exchange.close();
      });
      try (RawClient client = f.client().send(RawClient.post(CHAT, "{}"))) {
        for (String line = client.readLine(); !line.isEmpty(); line = client.readLine()) {
          assertThat(line).doesNotContainIgnoringCase("content-length");
        }
        assertThat(client.readLine()).isEqualTo("9");
        assertThat(client.readLine()).isEqualTo("data: 1");
        firstSeen.countDown();
        JsonNode event = f.event();
        assertThat(event.get("body").stringValue()).isEqualTo("data: 1\n\ndata: [DONE]\n\n");
        assertThat(event.get("completion").stringValue()).isEqualTo("OK");
      }
    }
  }

  @Test
  void fact5anAbortInMidStreamIsToldAtOnceAndClosesTheUpstream() throws Exception {
    BlockingQueue<String> upstreamGone = new LinkedBlockingQueue<>();
    CountDownLatch left = new CountDownLatch(1);
    try (GatewayFixture f = new GatewayFixture(admit("local-a"))) {
      f.upstreamA.answer(exchange -> {
        exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
        exchange.sendResponseHeaders(200, 0);
        try {
          exchange.getResponseBody().write("data: 1\n\n".getBytes(StandardCharsets.UTF_8));
          exchange.getResponseBody().flush();
          await(left);
          while (true) {
            exchange.getResponseBody().write("data: more\n\n".getBytes(StandardCharsets.UTF_8));
            exchange.getResponseBody().flush();
          }
        } catch (IOException gone) {
          upstreamGone.add("gone");
        }
      });
      RawClient client = f.client().send(RawClient.post(CHAT, "{}"));
      for (String line = client.readLine(); !line.equals("data: 1"); line = client.readLine()) {
        assertThat(line).isNotNull();
      }
      client.close();

      JsonNode event = f.event();
      left.countDown();
      assertThat(event.get("status").intValue()).isEqualTo(200);
      assertThat(event.get("completion").stringValue()).isEmpty();
      assertThat(event.get("body").stringValue()).isEmpty();
      assertThat(event.get("lease").stringValue()).isEqualTo("L1");
      assertThat(Integer.parseInt(event.get("body_bytes_sent").stringValue())).isPositive();
      assertThat(upstreamGone.poll(10, TimeUnit.SECONDS)).isEqualTo("gone");
    }
  }

  @Test
  void fact5aRefusedPostIsTriedAgainOnANewConnectionAtAPathWithAQuestionMark() throws Exception {
    try (GatewayFixture f = new GatewayFixture(admit("local-a"))) {
      AtomicInteger posts = new AtomicInteger();
      f.collector.answer(exchange ->
          StubServer.reply(exchange, posts.incrementAndGet() < 3 ? 500 : 200, "application/json", "{}"));
      f.ask(RawClient.post(CHAT, "{}"));

      List<StubServer.Received> received = List.of(f.collector.next(), f.collector.next(), f.collector.next());
      assertThat(received).extracting(StubServer.Received::body).containsOnly(received.getFirst().body());
      assertThat(received).extracting(StubServer.Received::peerPort).doesNotHaveDuplicates();
      assertThat(received.getFirst().uri()).isEqualTo("/events?");
      assertThat(received.getFirst().header("authorization")).isEqualTo("Bearer shared-secret");
      assertThat(received.getFirst().header("host")).isEqualTo("127.0.0.1");
    }
  }

  @Test
  void fact5theEventOfARequestThatClosesComesWhenItsClientHasClosed() throws Exception {
    try (GatewayFixture f = new GatewayFixture(admit("local-a"))) {
      try (RawClient client = f.client()) {
        client.send(RawClient.post(CHAT, "{}", "Connection: close", "X-Scenario: closing")).answer();
        f.ask(RawClient.post(CHAT, "{}", "X-Scenario: staying"));
        assertThat(f.event().get("scenario").stringValue()).isEqualTo("staying");
      }
      assertThat(f.event().get("scenario").stringValue()).isEqualTo("closing");
    }
  }

  @Test
  void fact5theHeadOfALongBodyIsKept() throws Exception {
    try (GatewayFixture f = new GatewayFixture(admit("local-a"))) {
      String yaml = Files.readString(f.configFile()).replace("max_resp_body_bytes: 4194304", "max_resp_body_bytes: 5");
      reload(f, yaml);
      f.upstreamA.answer(exchange -> StubServer.reply(exchange, 200, "text/plain", "0123456789"));
      assertThat(f.ask(RawClient.post(CHAT, "{}")).body()).isEqualTo("0123456789");
      assertThat(f.event().get("body").stringValue()).isEqualTo("01234");
    }
  }

  @Test
  void fact5aBatchIsAnArray() throws Exception {
    try (GatewayFixture f = new GatewayFixture(admit("local-a"))) {
      reload(f, Files.readString(f.configFile()).replace("batch_max_size: 1", "batch_max_size: 2"));
      f.ask(RawClient.post(CHAT, "{}"));
      f.ask(RawClient.post(CHAT, "{}"));
      JsonNode batch = f.event();
      assertThat(batch.isArray()).isTrue();
      assertThat(batch).hasSize(2);
    }
  }

  @Test
  void fact6requestsThatNeverReachedAnUpstreamProduceEventsWithoutALease() throws Exception {
    try (GatewayFixture f = new GatewayFixture(
        (gateway, call) -> gateway.stop(429, "{\"error\":1}", "Content-Type", "application/json", "Retry-After", "3"))) {
      RawClient.Answer stopped = f.ask(RawClient.post(CHAT, "{}"));
      assertThat(stopped.status()).isEqualTo(429);
      assertThat(stopped.body()).isEqualTo("{\"error\":1}");
      assertThat(stopped.values("retry-after")).containsExactly("3");
      assertThat(f.event().has("lease")).isFalse();

      String large = "x".repeat(65537);
      RawClient.Answer refused = f.ask(RawClient.post(CHAT, large));
      assertThat(refused.status()).isEqualTo(413);
      JsonNode event = f.event();
      assertThat(event.get("status").intValue()).isEqualTo(413);
      assertThat(event.has("lease")).isFalse();
      assertThat(event.get("body").stringValue()).contains("<center><h1>413 Request Entity Too Large</h1></center>");

      RawClient.Answer chunked = f.ask("POST " + CHAT + " HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
          + "10001\r\n" + large + "\r\n0\r\n\r\n");
      assertThat(chunked.status()).isEqualTo(413);
    }
  }

  @Test
  void fact8aRouteIsPreparedOncePerVersionOnAConnectionOfItsOwn() throws Exception {
    try (GatewayFixture f = new GatewayFixture((gateway, call) -> gateway.stop(400, "no"))) {
      f.ask(RawClient.post(CHAT, "{}"));
      f.ask(RawClient.post(CHAT, "{}"));
      FakeRunner.Frame prepare = f.runner.next(A6Frames.PREPARE_CONF);
      FakeRunner.Frame call = f.runner.next(A6Frames.HTTP_REQ_CALL);
      assertThat(f.runner.next(A6Frames.HTTP_REQ_CALL)).isNotNull();
      assertThat(f.runner.frames).isEmpty();
      assertThat(prepare.connection()).isNotEqualTo(call.connection());
      var req = io.github.api7.A6.PrepareConf.Req.getRootAsReq(prepare.payload());
      assertThat(req.key()).isEqualTo("route#llm#ext-plugin-pre-req#" + f.gateway.configVersion());
      assertThat(req.confLength()).isEqualTo(2);
      assertThat(req.conf(0).name()).isEqualTo("ai-token-router");
      assertThat(req.conf(1).value()).isEqualTo("{\"pool\":\"chat\",\"queue_timeout\":\"30s\"}");

      reload(f, Files.readString(f.configFile()).replace("\"realm\":\"default\"", "\"realm\":\"other\""));
      f.ask(RawClient.post(CHAT, "{}"));
      var again = io.github.api7.A6.PrepareConf.Req.getRootAsReq(f.runner.next(A6Frames.PREPARE_CONF).payload());
      assertThat(again.key()).isNotEqualTo(req.key()).endsWith("#" + f.gateway.configVersion());
      assertThat(again.conf(0).value()).isEqualTo("{\"realm\":\"other\"}");
    }
  }

  @Test
  void fact8aForgottenTokenIsPreparedAgainAtMostTwice() throws Exception {
    AtomicInteger calls = new AtomicInteger();
    try (GatewayFixture f = new GatewayFixture((gateway, call) -> {
      if (calls.incrementAndGet() == 2) {
        gateway.stop(400, "second try");
      } else {
        gateway.tokenNotFound();
      }
    })) {
      assertThat(f.ask(RawClient.post(CHAT, "{}")).body()).isEqualTo("second try");
      assertThat(f.ask(RawClient.post(CHAT, "{}")).status()).isEqualTo(503);
      assertThat(calls).hasValue(2 + 3);
    }
  }

  @Test
  void fact9oneConnectionServesOneCallAtATimeAndIsUsedAgain() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    BlockingQueue<Integer> connections = new LinkedBlockingQueue<>();
    try (GatewayFixture f = new GatewayFixture((gateway, call) -> {
      connections.add(gateway.number());
      if (call.path().endsWith("hold")) {
        gateway.hold(release);
      }
      gateway.stop(400, "done");
    })) {
      try (RawClient held = f.client().send(RawClient.post("/v1/hold", "{}"))) {
        int first = connections.take();
        f.ask(RawClient.post(CHAT, "{}"));
        int second = connections.take();
        f.ask(RawClient.post(CHAT, "{}"));
        assertThat(second).isNotEqualTo(first);
        assertThat(connections.take()).isEqualTo(second);
        release.countDown();
        assertThat(held.answer().status()).isEqualTo(400);
      }
    }
  }

  @Test
  void fact10aRunnerThatIsDownMeans503AtOnceUntilItIsBack() throws Exception {
    try (GatewayFixture f = new GatewayFixture(admit("local-a"))) {
      f.ask(RawClient.post(CHAT, "{}"));
      f.event();
      f.runner.close();
      long askedNanos = System.nanoTime();
      RawClient.Answer down = f.ask(RawClient.post(CHAT, "{}"));
      assertThat(down.status()).isEqualTo(503);
      assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - askedNanos)).isLessThan(200);
      try (FakeRunner back = new FakeRunner(f.socket(), admit("local-a"))) {
        assertThat(f.ask(RawClient.post(CHAT, "{}")).status()).isEqualTo(200);
        assertThat(back.connections()).isPositive();
      }
    }
  }

  @Test
  void fact10anErrorFrameIsABare503() throws Exception {
    try (GatewayFixture f = new GatewayFixture((gateway, call) -> gateway.error((byte) 0))) {
      RawClient.Answer answer = f.ask(RawClient.post(CHAT, "{}"));
      assertThat(answer.status()).isEqualTo(503);
      assertThat(answer.values("retry-after")).isEmpty();
      assertThat(answer.body()).contains("503 Service Temporarily Unavailable");
    }
  }

  @Test
  void fact10aDegradingRoutePassesUnscheduled() throws Exception {
    try (GatewayFixture f = new GatewayFixture((gateway, call) -> gateway.error((byte) 0))) {
      reload(f, Files.readString(f.configFile())
          .replace("ext-plugin-pre-req:\n", "ext-plugin-pre-req:\n        allow_degradation: true\n"));
      assertThat(f.ask(RawClient.post(CHAT, "{}")).status()).isEqualTo(200);
    }
  }

  @Test
  void fact11aBodyBeyondAFrameIsRefusedWithoutAskingOn() throws Exception {
    try (GatewayFixture f = new GatewayFixture(admit("local-a"))) {
      reload(f, Files.readString(f.configFile()).replace("max_body_size: 65536", "max_body_size: 20000000"));
      assertThat(f.ask(RawClient.post(CHAT, "x".repeat(17_000_000), "Expect: 100-continue")).status()).isEqualTo(503);
      assertThat(f.upstreamA.received).isEmpty();
    }
  }

  @Test
  void fact13aKeyAuthConsumerIsAVariableBehindKeyAuth() throws Exception {
    List<String> consumers = new ArrayList<>();
    try (GatewayFixture f = new GatewayFixture((gateway, call) -> {
      consumers.add(StandardCharsets.UTF_8.decode(
          io.github.api7.A6.ExtraInfo.Resp.getRootAsResp(gateway.askVariable("consumer_name")).resultAsByteBuffer())
          .toString());
      gateway.pass();
    })) {
      assertThat(f.ask(RawClient.post("/auth/echo", "{}", "apikey: alice-key")).status()).isEqualTo(200);
      assertThat(f.ask(RawClient.post("/auth/echo", "{}", "apikey: wrong")).status()).isEqualTo(401);
      assertThat(f.ask(RawClient.post("/auth/echo", "{}")).body())
          .isEqualTo("{\"message\":\"Missing API key in request\"}\n");
      assertThat(consumers).containsExactly("alice");
    }
  }

  @Test
  void pipelinedRequestsAreAnsweredInOrderOnOneConnection() throws Exception {
    try (GatewayFixture f = new GatewayFixture((gateway, call) -> gateway.stop(400, call.path()))) {
      try (RawClient client = f.client()) {
        client.send(RawClient.post("/v1/a", "{}") + RawClient.post("/v1/b", "{}") + RawClient.post("/v1/c", "{}"));
        assertThat(client.answer().body()).isEqualTo("/v1/a");
        assertThat(client.answer().body()).isEqualTo("/v1/b");
        assertThat(client.answer().body()).isEqualTo("/v1/c");
      }
    }
  }

  @Test
  void aTruncatedUpstreamAnswerCutsTheClientOffAndIsNoCompletion() throws Exception {
    try (GatewayFixture f = new GatewayFixture(admit("local-a"))) {
      f.upstreamA.answer(exchange -> {
        exchange.sendResponseHeaders(200, 100);
        exchange.getResponseBody().write("short".getBytes(StandardCharsets.UTF_8));
        exchange.getResponseBody().flush();
        throw new IOException("cut");
      });
      try (RawClient client = f.client().send(RawClient.post(CHAT, "{}"))) {
        for (String line = client.readLine(); !line.isEmpty(); line = client.readLine()) {
          assertThat(line).isNotNull();
        }
        JsonNode event = f.event();
        assertThat(event.get("status").intValue()).isEqualTo(200);
        assertThat(event.get("completion").stringValue()).isEmpty();
        assertThat(event.get("body").stringValue()).isEmpty();
      }
    }
  }

  @Test
  void anUnknownPathIs404AsInApisix() throws Exception {
    try (GatewayFixture f = new GatewayFixture(admit("local-a"))) {
      RawClient.Answer answer = f.ask(RawClient.post("/nowhere", "{}"));
      assertThat(answer.status()).isEqualTo(404);
      assertThat(answer.body()).isEqualTo("{\"error_msg\":\"404 Route Not Found\"}\n");
    }
  }

  @Test
  void aFileThatIsRefusedLeavesTheRunningConfiguration() throws Exception {
    try (GatewayFixture f = new GatewayFixture(admit("local-a"))) {
      long before = f.gateway.configVersion();
      CountDownLatch looked = new CountDownLatch(1);
      Files.writeString(f.configFile(), Files.readString(f.configFile()).replace("traffic-split", "limit-count"));
      f.gateway.reloadNow(looked::countDown);
      await(looked);
      assertThat(f.gateway.configVersion()).isEqualTo(before);
      assertThat(f.ask(RawClient.post(CHAT, "{}")).status()).isEqualTo(200);
    }
  }

  private static void reload(GatewayFixture f, String yaml) throws Exception {
    long before = f.gateway.configVersion();
    Files.writeString(f.configFile(), yaml);
    CountDownLatch looked = new CountDownLatch(1);
    f.gateway.reloadNow(looked::countDown);
    await(looked);
    assertThat(f.gateway.configVersion()).isGreaterThan(before);
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
