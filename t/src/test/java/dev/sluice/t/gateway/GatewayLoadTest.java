// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.t.load.LoadGenerator;
import dev.sluice.t.load.LoadPlan;
import dev.sluice.t.load.LoadPlan.Arrivals;
import dev.sluice.t.load.LoadPlan.LoadClass;
import dev.sluice.t.load.LoadPlan.RequestShape;
import dev.sluice.t.load.LoadReport;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the gateway bears. */
@Timeout(60)
class GatewayLoadTest {
  private static LoadPlan plan(GatewayFixture f, Duration duration, LoadClass... classes) {
    InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), f.gateway.port());
    return new LoadPlan(address, duration, Duration.ofSeconds(20), 7, List.of(classes));
  }

  @Test
  void twoThousandHeldRequestsAreAnsweredWhenTheRunnerDies() throws Exception {
    int held = 2000;
    CountDownLatch called = new CountDownLatch(held);
    try (GatewayFixture f = new GatewayFixture((gateway, call) -> {
      called.countDown();
      gateway.read();
    })) {
      LoadClass callers =
          new LoadClass("held", "", Map.of(), new Arrivals.Closed(held), RequestShape.chat("m", 0, 100, 5, 5));
      // One round only: the plan's time is over long before the runner dies.
      CompletableFuture<LoadReport> report =
          CompletableFuture.supplyAsync(() -> LoadGenerator.run(plan(f, Duration.ofMillis(1), callers)));
      assertThat(called.await(20, TimeUnit.SECONDS)).isTrue();
      f.runner.close();
      assertThat(report.get(20, TimeUnit.SECONDS).of("held").outcomes()).containsExactly(Map.entry("503", 2000L));
    }
  }

  @Test
  void everyRequestOfALoadHasExactlyOneEvent() throws Exception {
    try (GatewayFixture f = new GatewayFixture((gateway, call) -> {
      gateway.askBody();
      gateway.rewrite(new String[0], new String[] {"x-sluice-lease", "L", "x-sluice-wait-ms", "3"}, "", "");
    })) {
      f.upstreamA.answer(exchange -> {
        exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
        exchange.sendResponseHeaders(200, 0);
        exchange.getResponseBody().write("data: 1\n\n".getBytes(StandardCharsets.UTF_8));
        exchange.close();
      });
      LoadReport report = LoadGenerator.run(plan(
          f, Duration.ofSeconds(1),
          new LoadClass("closed", "", Map.of(), new Arrivals.Closed(16), RequestShape.chat("m", 0, 1000, 5, 5))));
      long sent = report.of("closed").sent();
      assertThat(report.of("closed").outcomes()).containsExactly(Map.entry("200", sent));
      assertThat(report.of("closed").queued()).isEqualTo(sent);
      assertThat(report.of("closed").waitMillis(50)).isEqualTo(3);
      for (long i = 0; i < sent; i++) {
        f.collector.next();
      }
      assertThat(f.collector.received).isEmpty();
    }
  }
}
