// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.marketplace.provider;

import static dev.sluice.routing.marketplace.ScriptedMarket.quote;
import static dev.sluice.routing.marketplace.ScriptedMarket.supply;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.sluice.routing.config.Secret;
import dev.sluice.routing.marketplace.DegradationMode;
import dev.sluice.routing.marketplace.MarketBench;
import dev.sluice.routing.marketplace.Terms;
import dev.sluice.routing.provider.Credentials;
import dev.sluice.routing.provider.Destination;
import dev.sluice.routing.provider.ModelLimits;
import dev.sluice.routing.provider.Pace;
import dev.sluice.routing.provider.ProviderContext;
import dev.sluice.routing.provider.ProviderContract;
import dev.sluice.routing.provider.ProviderPlan;
import dev.sluice.routing.provider.ProviderTypes;
import dev.sluice.routing.provider.ServedModel;
import dev.sluice.routing.provider.TargetAnswer;
import dev.sluice.routing.provider.TargetRequest;
import dev.sluice.routing.store.Breaker;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The contract of providers, kept by a marketplace over loopback. */
class MarketplaceProviderTest extends ProviderContract {
  private static final ScheduledExecutorService TIMER = Executors.newSingleThreadScheduledExecutor();
  private static final ModelLimits LIMITS = new ModelLimits(10_000, 100, 50, 8_000);
  private static final Pace PACE = new Pace(5_000, 30, Duration.ofMinutes(10));

  @TempDir static Path folder;
  private static HttpServer server;
  private static URI url;
  private final CountDownLatch listed = new CountDownLatch(1);

  @BeforeAll
  static void serve() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext(
        "/",
        exchange -> {
          exchange.getRequestBody().readAllBytes();
          boolean list = exchange.getRequestURI().getPath().endsWith("/supplies");
          String body = list ? "{\"supplies\":[" + supply("s1", "https://a.example/api", "eu", "1", 300) + "]}" : quote("1", 60, 900);
          byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, bytes.length);
          exchange.getResponseBody().write(bytes);
          exchange.close();
        });
    server.start();
    url = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  @AfterAll
  static void end() {
    server.stop(0);
    TIMER.shutdownNow();
  }

  @Override
  protected ProviderPlan plan() {
    MarketSettings settings =
        new MarketSettings(true, false, Optional.of(url), Optional.of(Secret.of(CANARY)), folder.resolve("consent.json"), folder.resolve("outbox"));
    try {
      settings.consent().write(MarketBench.agreed(url));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new MarketPlan(
        settings,
        List.of(new ServedModel("large", Optional.of("m-large"), List.of(), LIMITS, PACE)),
        new Terms(Map.of("https://a.example/api", "supplier-a"), List.of(), List.of("eu"), 0.9, Map.of("m-large", MarketBench.MOST)),
        new MarketPlan.Calls(Duration.ofSeconds(4), Duration.ofSeconds(4), 1, Duration.ofMinutes(1), new Breaker.Settings(3, Duration.ofSeconds(30), 1)),
        new MarketPlan.Keeping(DegradationMode.FAIL_OPEN, Duration.ofMinutes(5), Duration.ofHours(1), 10_000, false));
  }

  @Override
  protected ProviderContext context() {
    return new ProviderContext(System::nanoTime, InstantSource.system(), TIMER, listed::countDown);
  }

  /** Waits for the first list of supplies. */
  @Override
  protected void pass() {
    try {
      assertThat(listed.await(20, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void sendsToTheDeclaredUpstreamWithTheSuppliersToken() {
    var answer = (TargetAnswer.Send) ask(new TargetRequest("large", "large", "acme", 0, 100, 20, false, Set.of()));
    Destination destination = answer.destination();
    assertThat(destination.upstream()).isEqualTo("supplier-a");
    assertThat(destination.model()).isEqualTo("m-large");
    assertThat(destination.target().host()).contains("a.example");
    assertThat(destination.target().path("/v1/chat/completions")).isEqualTo("/api/chat/completions");
    assertThat(((Credentials.Header) destination.credentials()).value()).isEqualTo("Bearer signed.token-1");
    assertThat(destination.toString()).doesNotContain("signed.token-1");
  }

  @Test
  void itsTypeIsFound() {
    assertThat(ProviderTypes.discover()).extracting(type -> type.type()).contains("marketplace");
  }

  @Test
  void keepsAwayFromAddressesThatGiveSecretsAway() {
    for (String bad :
        List.of(
            "http://market.example.com", "https://169.254.169.254/", "https://user@market.example.com", "https://metadata.google.internal", "https://[fd00::1]/", "ftp://x",
            "https://0x7f000001/", "https://market.example.com/?q=1", "https://224.0.0.1", "file:///etc/passwd", "https:///x", "http://127.0.0.1.example.com")) {
      assertThat(MarketAddress.allowed(bad)).as(bad).isFalse();
    }
    for (String good : List.of("https://market.example.com", "https://market.example.com:8443/api", "http://127.0.0.1:8080", "http://localhost:1", "https://10.1.2.3")) {
      assertThat(MarketAddress.allowed(good)).as(good).isTrue();
    }
  }
}
