// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.quota.alert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.sluice.routing.quota.Quota;
import dev.sluice.routing.quota.QuotaAlert;
import dev.sluice.routing.quota.QuotaBook;
import dev.sluice.routing.quota.QuotaCost;
import dev.sluice.routing.quota.QuotaKind;
import dev.sluice.routing.quota.QuotaOutcome;
import dev.sluice.routing.quota.QuotaScope;
import dev.sluice.routing.quota.QuotaTree;
import dev.sluice.routing.quota.Quotas;
import dev.sluice.routing.quota.SharedListener;
import dev.sluice.routing.quota.SharedQuotas;
import dev.sluice.routing.redis.RedisLink;
import dev.sluice.routing.servers.Measured;
import dev.sluice.routing.servers.RedisServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class QuotaAlertsTest {
  private static final AlertWebhook.Bounds FAST = new AlertWebhook.Bounds(Duration.ofSeconds(10), 4, Duration.ofMillis(5), 10);

  private final Quotas time = new Quotas();
  private final BlockingQueue<String> outcomes = new LinkedBlockingQueue<>();
  private final BlockingQueue<String> bodies = new LinkedBlockingQueue<>();

  private final AlertListener listener =
      new AlertListener() {
        @Override
        public void delivered() {
          outcomes.add("delivered");
        }

        @Override
        public void undelivered() {
          outcomes.add("undelivered");
        }
      };

  private static Quota quota(Optional<URI> webhook) {
    Quota plain = Quotas.quota("a", QuotaScope.ACCOUNT, QuotaKind.SOFT, 100, "");
    return new Quota(
        plain.id(), plain.scope(), plain.subject(), plain.kind(), plain.unit(), plain.amount(), plain.window(), plain.parent(), new QuotaAlert(List.of(80, 90, 100), webhook));
  }

  /** Answers one request after the other with the given statuses, the last one from then on. */
  private HttpServer receiver(int... statuses) throws Exception {
    HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
    server.createContext(
        "/",
        exchange -> {
          int number = bodies.size();
          bodies.add(exchange.getRequestURI() + " " + new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
          int status = statuses[Math.min(number, statuses.length - 1)];
          if (status == 302) {
            exchange.getResponseHeaders().add("location", "/elsewhere");
          }
          exchange.sendResponseHeaders(status, -1);
          exchange.close();
        });
    server.start();
    return server;
  }

  private static Optional<URI> address(HttpServer server) {
    return Optional.of(URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/hook"));
  }

  private Alert alert(Quota quota) {
    return new Alert(quota, quota.window().at(time.instant()), 80, 81);
  }

  @Test
  void eachPercentageIsRaisedOnceInAWindow() {
    List<Integer> raised = new ArrayList<>();
    var alerts = new QuotaAlerts(AlertGate.ALONE, alert -> raised.add(alert.percent()));
    var book = new QuotaBook(QuotaTree.of(List.of(quota(Optional.empty()))), time, time, Quotas.TTL, alerts);
    for (int month = 0; month < 2; month++) {
      for (int i = 0; i < 130; i++) {
        if (book.reserve(Quotas.claim(1, "account:a")) instanceof QuotaOutcome.Reserved reserved) {
          reserved.reservation().settle(new QuotaCost(1, 1, 0));
        }
      }
      book.reload(QuotaTree.of(List.of(quota(Optional.empty()))));
      time.set(Instant.parse("2026-12-01T00:00:00Z"));
    }
    // Two windows, three percentages each.
    int again = raised.size() - Math.min(2, Collections.frequency(raised, 80)) - Math.min(2, Collections.frequency(raised, 90)) - Math.min(2, Collections.frequency(raised, 100));
    assertThat(Measured.exactly("quotas: alerts raised more than once in a window", again, 0, "QuotaAlertsTest").print().holds()).isTrue();
    assertThat(raised).containsExactly(80, 90, 100, 80, 90, 100);
  }

  @Test
  void aLeapOverSeveralPercentagesRaisesEach() {
    List<Integer> raised = new ArrayList<>();
    var alerts = new QuotaAlerts(AlertGate.ALONE, alert -> raised.add(alert.percent()));
    Quota quota = quota(Optional.empty());
    alerts.used(quota, quota.window().at(time.instant()), 79);
    alerts.used(quota, quota.window().at(time.instant()), 95);
    alerts.used(quota, quota.window().at(time.instant()), 120);
    assertThat(raised).containsExactly(80, 90, 100);
  }

  @Test
  void ofTwoNodesOnlyOneRaises() throws Exception {
    BlockingQueue<Integer> raised = new LinkedBlockingQueue<>();
    try (RedisServer server = RedisServer.start();
        RedisLink link = RedisLink.open("redis://127.0.0.1:" + server.port(), Optional.empty())) {
      QuotaTree tree = QuotaTree.of(List.of(quota(Optional.empty())));
      var bounds = new SharedQuotas.Bounds(Quotas.TTL, Duration.ofSeconds(10), Duration.ofSeconds(1), Duration.ofMinutes(1), 10);
      List<SharedQuotas> nodes = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        int self = i;
        var alerts = new QuotaAlerts((key, until, task) -> nodes.get(self).first(key, until, task), alert -> raised.add(alert.percent()));
        SharedQuotas quotas = new SharedQuotas(tree, link, InstantSource.system(), System::nanoTime, bounds, alerts, SharedListener.NONE);
        nodes.add(quotas);
      }
      // A node that has not reached Redis yet counts alone, and tells what was used later.
      long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
      while (!nodes.stream().allMatch(SharedQuotas::connected) && System.nanoTime() - end < 0) {
        LockSupport.parkNanos(2_000_000);
      }
      var answered = new CountDownLatch(60);
      for (int i = 0; i < 60; i++) {
        nodes.get(i % 2).reserve(Quotas.claim(2, "account:a"), outcome -> answered.countDown());
      }
      assertThat(answered.await(20, TimeUnit.SECONDS)).isTrue();
      List<Integer> seen = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        seen.add(raised.poll(20, TimeUnit.SECONDS));
      }
      // A task that asks behind all others on both connections has its answer: no further alert is on its way.
      var settled = new CountDownLatch(2);
      nodes.forEach(node -> node.first("last-" + node, Instant.now().plusSeconds(60), settled::countDown));
      assertThat(settled.await(20, TimeUnit.SECONDS)).isTrue();
      assertThat(seen).containsExactlyInAnyOrder(80, 90, 100);
      assertThat(raised).isEmpty();
      nodes.forEach(SharedQuotas::close);
    }
  }

  @Test
  void theWebhookIsToldWhatPassedAndTriedAgainAfterAFailure() throws Exception {
    HttpServer server = receiver(503, 429, 204);
    try (var webhook = new AlertWebhook(address(server), FAST, listener)) {
      webhook.send(alert(quota(Optional.empty())));
      assertThat(outcomes.poll(20, TimeUnit.SECONDS)).isEqualTo("delivered");
      assertThat(bodies).hasSize(3);
      String sent = bodies.element();
      assertThat(sent).startsWith("/hook ");
      JsonNode body = JsonMapper.builder().build().readTree(sent.substring(6));
      assertThat(body.get("quota").asString()).isEqualTo("a");
      assertThat(body.get("percent").asInt()).isEqualTo(80);
      assertThat(body.get("used").asInt()).isEqualTo(81);
      assertThat(body.get("window_end").asString()).isEqualTo("2026-12-01T00:00:00Z");
    } finally {
      server.stop(0);
    }
  }

  @Test
  void theQuotasOwnWebhookWinsAndWithoutAnyNothingIsSent() throws Exception {
    HttpServer server = receiver(200);
    try (var webhook = new AlertWebhook(Optional.empty(), FAST, listener)) {
      webhook.send(alert(quota(Optional.empty())));
      webhook.send(alert(quota(address(server))));
      assertThat(outcomes.poll(20, TimeUnit.SECONDS)).isEqualTo("delivered");
      assertThat(bodies).hasSize(1);
      assertThat(outcomes).isEmpty();
    } finally {
      server.stop(0);
    }
  }

  @Test
  void redirectsAreNotFollowedAndRefusalsNotRepeated() throws Exception {
    HttpServer server = receiver(302);
    try (var webhook = new AlertWebhook(address(server), FAST, listener)) {
      webhook.send(alert(quota(Optional.empty())));
      assertThat(outcomes.poll(20, TimeUnit.SECONDS)).isEqualTo("undelivered");
      assertThat(bodies).hasSize(1);
    } finally {
      server.stop(0);
    }
  }

  @Test
  void otherSchemesAreRefusedWithoutShowingTheAddress() {
    for (String address : List.of("file:///etc/passwd", "ftp://canary/", "http:///canary", "https://user:canary@host/", "//canary/")) {
      assertThatThrownBy(() -> QuotaAlert.checked(URI.create(address))).hasMessage("webhook: *** (expected: http or https, a host, no user)");
    }
  }
}
