// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.runner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.plugin.filter.FetchedBody;
import dev.sluice.plugin.filter.FilterRegistry;
import dev.sluice.plugin.protocol.Wire;
import io.netty.channel.epoll.Epoll;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.apisix.plugin.runner.filter.PluginFilter;
import org.junit.jupiter.api.Test;

class RunnerServerTest {
  private static final PluginFilter PASS =
      TestFilters.ours("pass", (request, response, chain) -> chain.filter(request, response));

  @Test
  void nioServesAsEpollDoes() {
    assertThat(Epoll.isAvailable()).isTrue();
    for (Transport transport : Transport.values()) {
      try (TestRunner runner = TestRunner.with(transport, Duration.ofSeconds(55), PASS);
          TestGateway gateway = runner.connect()) {
        long token = gateway.prepare("k", "pass", "");
        assertThat(gateway.ask(Wire.call(9, token, "/")).id()).as("%s", transport).isEqualTo(9);
        assertThat(runner.server.ready()).isTrue();
        runner.close();
        assertThat(runner.socket).doesNotExist();
      }
    }
  }

  @Test
  void aDrainingRunnerLeavesItsSuccessorsSocketAlone() {
    for (Transport transport : List.of(Transport.EPOLL, Transport.NIO)) {
      TestRunner old = TestRunner.with(transport, Duration.ofSeconds(55), PASS);
      FilterRegistry filters = FilterRegistry.builder().add(PASS).build();
      try (TestRunner next = TestRunner.at(old.socket, filters)) {
        old.server.drain(Duration.ZERO);
        old.close();
        assertThat(next.socket).exists();
        try (TestGateway gateway = next.connect()) {
          assertThat(gateway.prepare("k", "pass", "")).isPositive();
        }
      }
      assertThat(old.socket).doesNotExist();
    }
  }

  @Test
  void startRefusesWhatItCannotServe() throws IOException {
    Path file = Files.createTempFile("not-a", "socket");
    assertThatThrownBy(() -> start(file)).isInstanceOf(IOException.class).hasMessageContaining("or a socket");
    assertThat(file).exists();
    assertThatThrownBy(() -> start(Path.of("/nowhere/at/all.sock"))).hasMessageContaining("a folder that exists");
    Path tooLong = Files.createTempDirectory("r").resolve("x".repeat(110));
    assertThatThrownBy(() -> start(tooLong)).hasMessageContaining("at most 107 bytes");
  }

  private static void start(Path socket) throws IOException {
    try (RunnerServer server =
        new RunnerServer(
            RunnerOptions.defaults(socket), FilterRegistry.builder().build(), TestRunner.ANSWERS, RunnerListener.NONE)) {
      server.start();
    }
  }

  @Test
  void pipelinedRequestsAreAnsweredInOrder() throws Exception {
    BlockingQueue<Runnable> parked = new LinkedBlockingQueue<>();
    PluginFilter parks =
        TestFilters.ours("parks", (request, response, chain) -> parked.add(() -> chain.filter(request, response)));
    try (TestRunner runner = TestRunner.with(parks);
        TestGateway gateway = runner.connect()) {
      long token = gateway.prepare("k", "parks", "");
      ByteArrayOutputStream all = new ByteArrayOutputStream();
      for (int id = 0; id < 10; id++) {
        all.writeBytes(Wire.call(id, token, "/"));
      }
      gateway.send(all.toByteArray());
      for (int id = 0; id < 10; id++) {
        parked.poll(10, TimeUnit.SECONDS).run();
        assertThat(gateway.read().id()).isEqualTo(id);
      }
      assertThat(runner.server.openCalls()).isZero();
    }
  }

  @Test
  void tooManyPipelinedRequestsAreNoGateway() {
    PluginFilter parks = TestFilters.ours("parks", (request, response, chain) -> {});
    try (TestRunner runner = TestRunner.with(parks);
        TestGateway gateway = runner.connect()) {
      long token = gateway.prepare("k", "parks", "");
      for (int id = 0; id < 17; id++) {
        gateway.send(Wire.call(id, token, "/"));
      }
      assertThat(gateway.read(100)).isEmpty();
      gateway.send(Wire.call(17, token, "/"));
      assertThat(gateway.closedByRunner()).isTrue();
      TestRunner.await("the open call to end", () -> runner.server.openCalls() == 0);
      assertThat(runner.counts.abandoned).hasValue(1);
    }
  }

  @Test
  void aBodyBeyondTheLimitIsSkippedAndCanBeAskedForAgain() {
    List<FetchedBody> seen = new ArrayList<>();
    PluginFilter bodies =
        TestFilters.ours(
            "bodies",
            (request, response, chain) ->
                request.fetchBody(
                    1000,
                    first -> {
                      seen.add(first);
                      request.fetchBody(
                          100_000,
                          second -> {
                            seen.add(second);
                            request.fetchBody(
                                100,
                                third -> {
                                  seen.add(third);
                                  chain.filter(request, response);
                                });
                          });
                    }));
    try (TestRunner runner = TestRunner.with(bodies);
        TestGateway gateway = runner.connect()) {
      long token = gateway.prepare("k", "bodies", "");
      gateway.ask(Wire.call(1, token, "/"));
      gateway.ask(Wire.extra(new byte[50_000]));
      gateway.ask(Wire.extra(new byte[50_000]));
      assertThat(gateway.ask(Wire.extra("")).action()).isEqualTo("NONE");
      assertThat(((FetchedBody.TooLarge) seen.get(0)).bytes()).isBetween(50_000L, 50_064L);
      assertThat(((FetchedBody.Present) seen.get(1)).bytes()).hasSize(50_000);
      assertThat(seen.get(2)).isInstanceOf(FetchedBody.Absent.class);
    }
  }

  @Test
  void anAnswerToACallThatHasEndedIsSkipped() {
    PluginFilter hasty =
        TestFilters.ours(
            "hasty",
            (request, response, chain) -> {
              request.fetchBody(10, body -> response.setStatusCode(500));
              chain.filter(request, response);
            });
    try (TestRunner runner = TestRunner.with(hasty);
        TestGateway gateway = runner.connect()) {
      long token = gateway.prepare("k", "hasty", "");
      for (int id = 0; id < 3; id++) {
        assertThat(gateway.ask(Wire.call(id, token, "/")).question()).isEqualTo("ReqBody");
        gateway.send(Wire.extra(new byte[id * 10_000]));
        assertThat(gateway.read().action()).isEqualTo("NONE");
      }
      assertThat(runner.counts.malformed).hasValue(0);
      gateway.send(Wire.extra("unasked"));
      assertThat(gateway.closedByRunner()).isTrue();
    }
  }

  @Test
  void aGatewayThatLeavesIsNoticedAtOnce() throws Exception {
    CompletableFuture<Long> left = new CompletableFuture<>();
    CompletableFuture<Runnable> parked = new CompletableFuture<>();
    PluginFilter parks =
        TestFilters.ours(
            "parks",
            (request, response, chain) -> {
              request.onDisconnect(() -> left.complete(System.nanoTime()));
              parked.complete(
                  () -> {
                    chain.filter(request, response);
                    request.onDisconnect(() -> left.obtrudeValue(-1L));
                  });
            });
    try (TestRunner runner = TestRunner.with(parks)) {
      TestGateway gateway = runner.connect();
      long token = gateway.prepare("k", "parks", "");
      gateway.send(Wire.call(1, token, "/"));
      Runnable late = parked.get(10, TimeUnit.SECONDS);
      long start = System.nanoTime();
      gateway.close();
      long millis = (left.get(10, TimeUnit.SECONDS) - start) / 1_000_000;
      System.out.println("disconnect noticed after " + millis + " ms");
      assertThat(millis).isLessThan(100);
      assertThat(runner.server.openCalls()).isZero();
      late.run();
      TestRunner.await("a late task to run at once", () -> left.join() == -1L);
      assertThat(runner.counts.abandoned).hasValue(1);
    }
  }

  @Test
  void whatIsRefusedIsTakenBack() {
    AtomicInteger takenBack = new AtomicInteger();
    PluginFilter parks =
        TestFilters.ours("parks", (request, response, chain) -> request.onDisconnect(takenBack::incrementAndGet));
    PluginFilter unsendable =
        TestFilters.ours(
            "unsendable",
            (request, response, chain) -> {
              request.onDisconnect(takenBack::incrementAndGet);
              response.setReqHeader("x", "a\nb");
              chain.filter(request, response);
            });
    PluginFilter good =
        TestFilters.ours(
            "good",
            (request, response, chain) -> {
              request.onDisconnect(takenBack::incrementAndGet);
              chain.filter(request, response);
            });
    try (TestRunner runner = TestRunner.with(Transport.AUTO, Duration.ofMillis(100), parks, unsendable, good);
        TestGateway gateway = runner.connect()) {
      assertThat(gateway.ask(Wire.call(1, gateway.prepare("k", "parks", ""), "/")).stopStatus()).isEqualTo(503);
      TestRunner.await("the deadline to take back", () -> takenBack.get() == 1);
      assertThat(gateway.ask(Wire.call(1, gateway.prepare("l", "unsendable", ""), "/")).stopStatus()).isEqualTo(503);
      TestRunner.await("the failure to take back", () -> takenBack.get() == 2);
      assertThat(gateway.ask(Wire.call(1, gateway.prepare("m", "good", ""), "/")).action()).isEqualTo("NONE");
      gateway.close();
      TestRunner.await("the connection to end", () -> runner.counts.closed.get() == 1);
      assertThat(takenBack).hasValue(2);
    }
  }

  @Test
  void drainRefusesTheNewAndWaitsForTheOpen() throws Exception {
    BlockingQueue<Runnable> parked = new LinkedBlockingQueue<>();
    PluginFilter parks =
        TestFilters.ours("parks", (request, response, chain) -> parked.add(() -> chain.filter(request, response)));
    try (TestRunner runner = TestRunner.with(parks);
        TestGateway open = runner.connect();
        TestGateway stuck = runner.connect();
        TestGateway late = runner.connect()) {
      long token = open.prepare("k", "parks", "");
      open.send(Wire.call(1, token, "/"));
      Runnable answer = parked.poll(10, TimeUnit.SECONDS);
      stuck.send(Wire.call(2, token, "/"));
      parked.poll(10, TimeUnit.SECONDS);
      late.prepare("k", "parks", "");
      CompletableFuture<Void> drained = CompletableFuture.runAsync(() -> runner.server.drain(Duration.ofSeconds(3)));
      TestRunner.await("the socket to go", () -> !Files.exists(runner.socket) && !runner.server.ready());
      assertThatThrownBy(runner::connect).isInstanceOf(RuntimeException.class);
      TestRunner.await(
          "new calls to be refused",
          () -> late.ask(Wire.call(3, token, "/")).stopHeaders().contains("x-sluice-reason=draining"));
      answer.run();
      assertThat(open.read().action()).isEqualTo("NONE");
      assertThat(stuck.read().stopHeaders()).containsExactly("x-sluice-reason=draining");
      drained.get(10, TimeUnit.SECONDS);
      assertThat(stuck.closedByRunner()).isTrue();
    }
  }

  /** The filter answers twice, from two threads, at the deadline, while the gateway may leave. */
  @Test
  void whateverFiltersDoACallHasOneReply() throws Exception {
    int rounds = 3000;
    ConcurrentLinkedQueue<Thread> threads = new ConcurrentLinkedQueue<>();
    PluginFilter eager =
        TestFilters.ours(
            "eager",
            (request, response, chain) -> {
              for (int i = 0; i < 2; i++) {
                int status = 400 + i;
                threads.add(
                    Thread.startVirtualThread(
                        () -> {
                          response.stop(status, List.of(), new byte[] {1});
                          chain.filter(request, response);
                        }));
              }
              if (request.getRequestId() % 3 == 0) {
                throw new IllegalStateException("and fails");
              }
              if (request.getRequestId() % 3 == 1) {
                chain.filter(request, response);
              }
            });
    try (TestRunner runner = TestRunner.with(Transport.AUTO, Duration.ofMillis(1), eager)) {
      long token;
      try (TestGateway gateway = runner.connect()) {
        token = gateway.prepare("k", "eager", "");
        for (int id = 0; id < rounds; id++) {
          assertThat(gateway.ask(Wire.call(id, token, "/")).id()).isEqualTo(id);
        }
        assertThat(gateway.read(50)).isEmpty();
      }
      for (int id = 0; id < rounds / 10; id++) {
        try (TestGateway gateway = runner.connect()) {
          gateway.send(Wire.call(id, token, "/"));
        }
      }
      for (Thread thread : threads) {
        thread.join(10_000);
      }
      TestRunner.await("every call to end", () -> runner.server.openCalls() == 0);
      TestRunner.await(
          "every connection to end", () -> runner.counts.closed.get() == runner.counts.opened.get());
      assertThat(runner.counts.calls.get() + 1)
          .isEqualTo(runner.counts.replies.get() + runner.counts.abandoned.get());
      assertThat(runner.counts.late.get()).isPositive();
    }
  }
}
