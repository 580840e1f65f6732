// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.runner;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.sluice.plugin.filter.FetchedBody;
import dev.sluice.plugin.protocol.Frame;
import dev.sluice.plugin.protocol.Wire;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.apisix.plugin.runner.HttpRequest;
import org.apache.apisix.plugin.runner.HttpResponse;
import org.apache.apisix.plugin.runner.filter.PluginFilter;
import org.apache.apisix.plugin.runner.filter.PluginFilterChain;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** What the stock Java runner gets wrong, one test a fault. */
class StockFaultsTest {
  private static final PluginFilter PASS =
      TestFilters.foreign("pass", (request, response, chain) -> chain.filter(request, response));

  @Test
  void fault01PrepareConfIsAnsweredOnce() {
    try (TestRunner runner = TestRunner.with(PASS);
        TestGateway gateway = runner.connect()) {
      long token = gateway.prepare("k", "pass", "{}");
      assertThat(gateway.ask(Wire.call(1, token, "/")).type()).isEqualTo(2);
      assertThat(gateway.read(50)).isEmpty();
      assertThat(runner.counts.replies).hasValue(2);
    }
  }

  @Test
  void fault02ResponsesStayReadableAfterTheirBuffersAreGone() {
    AtomicInteger wrong = new AtomicInteger();
    PluginFilter post =
        TestFilters.post(
            "post",
            true,
            (request, response, chain) -> {
              boolean right =
                  request.getUpstreamStatusCode() == 200
                      && request.getUpstreamHeaders().get("X-Upstream").equals("value-" + request.getRequestId())
                      && request.getBody().equals("body-" + request.getRequestId());
              wrong.addAndGet(right ? 0 : 1);
              response.setHeader("x-seen", String.valueOf(request.getRequestId()));
              chain.postFilter(request, response);
            });
    try (TestRunner runner = TestRunner.with(post);
        TestGateway gateway = runner.connect()) {
      long token = gateway.prepare("k", "post", "{}");
      for (int id = 1; id <= 50; id++) {
        assertThat(gateway.ask(Wire.respCall(id, token, 200, "x-upstream", "value-" + id)).question())
            .isEqualTo("RespBody");
        Wire.Reply reply = gateway.ask(Wire.extra("body-" + id));
        assertThat(reply.response().headers(0).value()).isEqualTo(String.valueOf(id));
      }
      assertThat(wrong).hasValue(0);
    }
  }

  @Test
  void fault03TheLastBytesOfTheFrameRangeAreLegal() {
    List<Long> lengths = new ArrayList<>();
    PluginFilter body =
        TestFilters.ours(
            "body",
            (request, response, chain) ->
                request.fetchBody(
                    Frame.MAX_PAYLOAD_BYTES,
                    fetched -> {
                      lengths.add((long) ((FetchedBody.Present) fetched).bytes().length);
                      chain.filter(request, response);
                    }));
    try (TestRunner runner = TestRunner.with(body);
        TestGateway gateway = runner.connect()) {
      long token = gateway.prepare("k", "body", "{}");
      gateway.ask(Wire.call(1, token, "/"));
      byte[] answer = Wire.extra(new byte[Frame.MAX_PAYLOAD_BYTES - 100]);
      byte[] largest = Arrays.copyOf(Arrays.copyOfRange(answer, 4, answer.length), Frame.MAX_PAYLOAD_BYTES);
      assertThat(gateway.ask(Wire.frame(3, largest)).action()).isEqualTo("NONE");
      assertThat(lengths).containsExactly(Frame.MAX_PAYLOAD_BYTES - 100L);
    }
  }

  @Test
  void fault04ATooLongReplyIsRefusedNotTruncated() {
    PluginFilter flood =
        TestFilters.ours(
            "flood",
            (request, response, chain) -> {
              response.stop(200, List.of(), new byte[Frame.MAX_PAYLOAD_BYTES + 1]);
              chain.filter(request, response);
            });
    try (TestRunner runner = TestRunner.with(flood);
        TestGateway gateway = runner.connect()) {
      long token = gateway.prepare("k", "flood", "{}");
      assertThat(gateway.ask(Wire.call(1, token, "/")).stopStatus()).isEqualTo(503);
      assertThat(gateway.ask(Wire.call(2, token, "/")).id()).isEqualTo(2);
    }
  }

  @Test
  void fault05AnAbsentAnswerIsNotAnEmptyOne() {
    List<String> seen = new ArrayList<>();
    PluginFilter vars =
        TestFilters.ours(
            "vars",
            (request, response, chain) ->
                request.fetchVariable(
                    "a",
                    absent ->
                        request.fetchVariable(
                            "b",
                            empty -> {
                              seen.add(absent.isPresent() + " " + empty.isPresent());
                              chain.filter(request, response);
                            })));
    try (TestRunner runner = TestRunner.with(vars);
        TestGateway gateway = runner.connect()) {
      long token = gateway.prepare("k", "vars", "{}");
      assertThat(gateway.ask(Wire.call(1, token, "/")).question()).isEqualTo("Var:a");
      assertThat(gateway.ask(Wire.extra((byte[]) null)).question()).isEqualTo("Var:b");
      assertThat(gateway.ask(Wire.extra("")).action()).isEqualTo("NONE");
      assertThat(seen).containsExactly("false true");
    }
  }

  @Test
  void fault06ABrokenStreamIsClosed() {
    try (TestRunner runner = TestRunner.with(PASS)) {
      for (int type : new int[] {0, 5, 99, 255}) {
        try (TestGateway gateway = runner.connect()) {
          gateway.send(Wire.frame(type, new byte[8]));
          assertThat(gateway.closedByRunner()).as("type %d", type).isTrue();
        }
      }
      assertThat(runner.counts.malformed).hasValue(4);
    }
  }

  @Test
  void fault07AStopStaysAStop() {
    AtomicInteger later = new AtomicInteger();
    PluginFilter reject =
        TestFilters.foreign(
            "reject",
            (request, response, chain) -> {
              response.setReqHeader("x-before", "1");
              response.setStatusCode(401);
              response.setBody("no");
              request.setHeader("x-after", "1");
              request.setArg("a", "1");
              request.setPath("/elsewhere");
              response.addResponseHeader("x-admitted", "1");
              chain.filter(request, response);
            });
    PluginFilter second =
        TestFilters.foreign(
            "second",
            (request, response, chain) -> {
              later.incrementAndGet();
              request.setHeader("x-second", "1");
              chain.filter(request, response);
            });
    try (TestRunner runner = TestRunner.with(reject, second);
        TestGateway gateway = runner.connect()) {
      long token = gateway.prepare("k", "reject", "", "second", "");
      Wire.Reply reply = gateway.ask(Wire.call(1, token, "/"));
      assertThat(reply.stopStatus()).isEqualTo(401);
      assertThat(reply.stopBody()).isEqualTo("no".getBytes(StandardCharsets.UTF_8));
      assertThat(reply.stopHeaders()).isEmpty();
      assertThat(later).hasValue(0);
    }
  }

  @Test
  void fault08RepeatedHeadersSurviveAndLookupsIgnoreCase() {
    List<Object> seen = new ArrayList<>();
    PluginFilter headers =
        TestFilters.foreign(
            "headers",
            (request, response, chain) -> {
              seen.add(request.headers().all("Cookie"));
              seen.add(request.getHeader("COOKIE"));
              seen.add(request.getHeaders().get("Cookie"));
              seen.add(request.arguments().all("a"));
              response.addHeader("set-cookie", "a");
              response.addHeader("Set-Cookie", "b");
              chain.filter(request, response);
            });
    try (TestRunner runner = TestRunner.with(headers);
        TestGateway gateway = runner.connect()) {
      long token = gateway.prepare("k", "headers", "");
      byte[] call =
          Wire.call(1, token, "/", 0, Wire.LOCALHOST, new String[] {"a", "1", "a", "2"}, "cookie", "a=1", "cookie", "b=2");
      assertThat(gateway.ask(call).stopHeaders()).containsExactly("set-cookie=a", "Set-Cookie=b");
      assertThat(seen).containsExactly(List.of("a=1", "b=2"), "a=1", "a=1", List.of("1", "2"));
    }
  }

  @Test
  void fault09BodiesAreBytes() {
    byte[] binary = new byte[256];
    IntStream.range(0, 256).forEach(i -> binary[i] = (byte) i);
    List<Object> seen = new ArrayList<>();
    PluginFilter first =
        TestFilters.foreign(
            "first", // no body asked for, none there
            (request, response, chain) -> {
              seen.add(request.getBody());
              response.setRequestBody(binary);
              response.addResponseHeader("x-a", "1");
              response.addResponseHeader("x-a", "2");
              chain.filter(request, response);
            });
    PluginFilter blank =
        TestFilters.foreign(
            "blank",
            (request, response, chain) -> {
              response.setBody(" \n");
              chain.filter(request, response);
            });
    try (TestRunner runner = TestRunner.with(first, blank);
        TestGateway gateway = runner.connect()) {
      long token = gateway.prepare("k", "first", "");
      Wire.Reply rewrite = gateway.ask(Wire.call(1, token, "/"));
      assertThat(rewrite.rewriteBody()).isEqualTo(binary);
      assertThat(rewrite.responseHeaders()).containsExactly("x-a=1", "x-a=2");
      assertThat(seen).containsExactly("");
      long second = gateway.prepare("l", "blank", "");
      assertThat(gateway.ask(Wire.call(2, second, "/")).stopBody()).isEqualTo(" \n".getBytes(StandardCharsets.UTF_8));
    }
  }

  @Test
  void fault10AddressesAndMethodsOfEveryKind() throws Exception {
    List<String> seen = new ArrayList<>();
    PluginFilter address =
        TestFilters.foreign(
            "address",
            (request, response, chain) -> {
              seen.add(request.getSourceIP() + " " + request.getMethod());
              chain.filter(request, response);
            });
    byte[] v6 = InetAddress.getByName("2001:db8::1").getAddress();
    String[] none = {};
    try (TestRunner runner = TestRunner.with(address);
        TestGateway gateway = runner.connect()) {
      long token = gateway.prepare("k", "address", "");
      gateway.ask(Wire.call(1, token, "/", 2, v6, none));
      gateway.ask(Wire.call(2, token, "/", 200, new byte[] {10, 0, 0, 1}, none));
      gateway.ask(Wire.call(3, token, "/", 0, "unix:".getBytes(StandardCharsets.US_ASCII), none));
      assertThat(seen).containsExactly("2001:db8::1 POST", "10.0.0.1 null", "unix: GET");
    }
  }

  @Test
  void fault11AnUnknownFilterRefusesTheRoute() {
    try (TestRunner runner = TestRunner.with(PASS, TestFilters.ours("ours", (q, r, chain) -> chain.filter(q, r)));
        TestGateway gateway = runner.connect()) {
      for (String[] conf : new String[][] {{"pass", "", "tpyo", "{}"}, {"ours", "bad"}}) {
        long token = gateway.prepare(Arrays.toString(conf), conf);
        Wire.Reply reply = gateway.ask(Wire.call(1, token, "/v1/x"));
        assertThat(reply.stopStatus()).isEqualTo(503);
        assertThat(reply.stopHeaders()).containsExactly("x-sluice-reason=misconfigured");
        assertThat(gateway.ask(Wire.respCall(1, token, 200)).response().status()).isEqualTo(503);
      }
    }
  }

  @Test
  void fault11TwoPlacesOfOneNameBothRun() {
    List<String> seen = new ArrayList<>();
    PluginFilter twice =
        TestFilters.ours(
            "twice",
            (request, response, chain) -> {
              seen.add(request.conf(String.class));
              chain.filter(request, response);
            });
    PluginFilter sdk =
        new PluginFilter() {
          @Override
          public String name() {
            return "sdk";
          }

          @Override
          public void filter(HttpRequest request, HttpResponse response, PluginFilterChain chain) {
            seen.add(request.getConfig(this));
            chain.filter(request, response);
          }
        };
    try (TestRunner runner = TestRunner.with(twice, sdk);
        TestGateway gateway = runner.connect()) {
      long token = gateway.prepare("k", "twice", "1", "sdk", "2", "twice", "3", "sdk", "4");
      assertThat(gateway.ask(Wire.call(1, token, "/")).action()).isEqualTo("NONE");
      assertThat(seen).containsExactly("1", "2", "3", "4");
    }
  }

  @Test
  void fault12AFilterThatForgetsIsAnsweredAtTheDeadline() {
    PluginFilter forgets = TestFilters.foreign("forgets", (request, response, chain) -> {});
    PluginFilter fails =
        TestFilters.foreign(
            "fails",
            (request, response, chain) -> {
              throw new IllegalStateException("secret");
            });
    try (TestRunner runner = TestRunner.with(Transport.AUTO, Duration.ofMillis(100), forgets, fails);
        TestGateway gateway = runner.connect()) {
      long token = gateway.prepare("k", "forgets", "");
      Wire.Reply reply = gateway.ask(Wire.call(1, token, "/"));
      assertThat(reply.stopHeaders()).containsExactly("x-sluice-reason=deadline");
      assertThat(runner.counts.deadlines).hasValue(1);
      long second = gateway.prepare("l", "fails", "");
      assertThat(gateway.ask(Wire.call(2, second, "/")).stopHeaders())
          .containsExactly("x-sluice-reason=filter_failed");
      assertThat(runner.counts.failures).hasValue(1);
    }
  }

  @Test
  void fault12VariablesBelongToOneRequest() throws Exception {
    CountDownLatch secondIn = new CountDownLatch(1);
    ConcurrentLinkedQueue<String> seen = new ConcurrentLinkedQueue<>();
    PluginFilter vars =
        TestFilters.foreign(
            "vars",
            List.of("consumer_name"),
            false,
            (request, response, chain) -> {
              if (request.getRequestId() == 1) {
                secondIn.await(10, TimeUnit.SECONDS);
              }
              seen.add(request.getRequestId() + "=" + request.getVars("consumer_name"));
              secondIn.countDown();
              chain.filter(request, response);
            });
    try (TestRunner runner = TestRunner.with(vars);
        TestGateway one = runner.connect();
        TestGateway two = runner.connect()) {
      long token = one.prepare("k", "vars", "");
      assertThat(one.ask(Wire.call(1, token, "/")).question()).isEqualTo("Var:consumer_name");
      one.send(Wire.extra("alice"));
      assertThat(two.ask(Wire.call(2, token, "/")).question()).isEqualTo("Var:consumer_name");
      two.send(Wire.extra("bob"));
      assertThat(one.read().id()).isEqualTo(1);
      assertThat(two.read().id()).isEqualTo(2);
      assertThat(seen).containsExactlyInAnyOrder("1=alice", "2=bob");
    }
  }

  @Test
  void fault13ABlockingFilterStallsNobodyElse() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    PluginFilter blocks =
        TestFilters.foreign(
            "blocks",
            (request, response, chain) -> {
              release.await();
              chain.filter(request, response);
            });
    try (TestRunner runner = TestRunner.with(blocks, PASS)) {
      List<TestGateway> stuck = new ArrayList<>();
      try (TestGateway gateway = runner.connect()) {
        long blocking = gateway.prepare("b", "blocks", "");
        long passing = gateway.prepare("p", "pass", "");
        for (int i = 0; i < 20; i++) {
          stuck.add(runner.connect().send(Wire.call(i, blocking, "/")));
        }
        for (int i = 0; i < 20; i++) {
          assertThat(gateway.ask(Wire.call(i, passing, "/")).action()).isEqualTo("NONE");
        }
        release.countDown();
        stuck.forEach(each -> assertThat(each.read().action()).isEqualTo("NONE"));
      } finally {
        release.countDown();
        stuck.forEach(TestGateway::close);
      }
    }
  }

  @Test
  void fault14TheSocketHasItsModeAndGoesWithItsOwner() throws Exception {
    TestRunner runner = TestRunner.with(PASS);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(runner.socket))).isEqualTo("rw-rw----");
    try (var files = Files.list(runner.socket.getParent())) {
      assertThat(files).containsExactly(runner.socket);
    }
    runner.close();
    assertThat(runner.socket).doesNotExist();
  }

  @Test
  void fault15TokensAreIdempotentAndNeverEvictedWhileLive() {
    try (TestRunner runner = TestRunner.with(PASS);
        TestGateway gateway = runner.connect()) {
      Set<Long> tokens = new HashSet<>();
      long first = gateway.prepare("route#0", "pass", "");
      tokens.add(first);
      for (int i = 1; i < 5000; i++) {
        tokens.add(gateway.prepare("route#" + i, "pass", ""));
      }
      assertThat(tokens).hasSize(5000).doesNotContain(0L);
      assertThat(gateway.prepare("route#0", "pass", "")).isEqualTo(first);
      assertThat(gateway.prepare("route#0", "pass", "changed")).isNotEqualTo(first);
      for (long token : tokens) {
        assertThat(gateway.ask(Wire.call(1, token, "/")).action()).isEqualTo("NONE");
      }
      assertThat(gateway.ask(Wire.call(1, first - 1 & 0xffff_ffffL, "/")).errCode()).isEqualTo(2);
    }
  }

  @Test
  void fault16NothingSecretIsEverLogged() {
    Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    Level before = root.getLevel();
    ListAppender<ILoggingEvent> lines = new ListAppender<>();
    lines.start();
    root.addAppender(lines);
    root.setLevel(Level.ALL);
    String canary = "sk-canary-4711";
    PluginFilter leaky =
        TestFilters.foreign(
            "leaky",
            List.of(),
            true,
            (request, response, chain) -> {
              switch ((int) request.getRequestId()) {
                case 1 -> throw new IllegalArgumentException(request.getBody());
                case 2 -> response.setHeader("x", canary + "\r\n");
                case 3 -> response.addResponseHeader("content-type", canary);
                default -> {}
              }
              chain.filter(request, response);
            });
    try (TestRunner runner = TestRunner.with(leaky);
        TestGateway gateway = runner.connect()) {
      long token = gateway.prepare("k", "leaky", "{\"key\":\"" + canary + "\"}");
      for (int id = 0; id < 4; id++) {
        gateway.ask(Wire.call(id, token, "/", "authorization", "Bearer " + canary));
        gateway.ask(Wire.extra("{\"prompt\":\"" + canary + "\"}"));
      }
      gateway.ask(Wire.frame(2, canary.getBytes(StandardCharsets.UTF_8)));
      gateway.prepare("bad", "nobody", canary);
    } finally {
      root.setLevel(before);
      root.detachAppender(lines);
    }
    assertThat(lines.list).isNotEmpty().noneMatch(event -> event.getFormattedMessage().contains("canary"));
    assertThat(lines.list).noneMatch(event -> String.valueOf(event.getThrowableProxy()).contains("canary"));
  }

  @Test
  void filtersMayAnswerFromAnyThread() {
    try (var elsewhere = Executors.newSingleThreadExecutor();
        TestRunner runner =
            TestRunner.with(
                TestFilters.foreign(
                    "async",
                    (request, response, chain) ->
                        elsewhere.execute(
                            () -> {
                              response.stop(429, List.of(Map.entry("a", "b")), new byte[] {1});
                              chain.filter(request, response);
                            })));
        TestGateway gateway = runner.connect()) {
      long token = gateway.prepare("k", "async", "");
      Wire.Reply reply = gateway.ask(Wire.call(1, token, "/"));
      assertThat(reply.stopStatus()).isEqualTo(429);
      assertThat(reply.stopHeaders()).containsExactly("a=b");
    }
  }
}
