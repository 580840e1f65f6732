// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.health;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.sluice.plugin.time.Clocks;
import dev.sluice.routing.provider.ModelLimits;
import dev.sluice.routing.provider.Pace;
import dev.sluice.routing.provider.Probe;
import dev.sluice.routing.provider.Provider;
import dev.sluice.routing.provider.ProviderHealth;
import dev.sluice.routing.provider.ProviderMetadata;
import dev.sluice.routing.provider.ServedModel;
import dev.sluice.routing.provider.TargetAnswer;
import dev.sluice.routing.provider.TargetRequest;
import dev.sluice.routing.store.FailureBreaker;
import dev.sluice.scheduler.Alarm;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ProberTest {
  private static final HealthSettings SETTINGS =
      new HealthSettings(
          new FailureBreaker.Settings(20, 5, 50, Duration.ofSeconds(5), Duration.ofSeconds(60), 2),
          Duration.ofSeconds(10), 3, Duration.ofSeconds(1), Duration.ofSeconds(1), Duration.ofSeconds(60), Duration.ofSeconds(5));

  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
  private final BlockingQueue<String> asked = new LinkedBlockingQueue<>();
  private final AtomicInteger status = new AtomicInteger(200);
  private final HealthBook book = new HealthBook(SETTINGS, Clocks.monotonic(), task -> new Silent(), (model, provider, standing) -> {});
  private final Prober prober = new Prober(book, timer, new SplittableRandom(1));
  private HttpServer server;

  private static final class Silent implements Alarm {
    @Override
    public void set(long atNanos) {}

    @Override
    public void clear() {}
  }

  /** A provider with or without a probe. */
  private record Probed(Optional<Probe> probe) implements Provider {
    @Override
    public ProviderMetadata metadata() {
      return new ProviderMetadata("a", "local", Set.of());
    }

    @Override
    public List<ServedModel> models() {
      return List.of(new ServedModel("m", Optional.empty(), List.of(), new ModelLimits(1, 1, 1, 1), new Pace(1, 1, Duration.ofSeconds(1))));
    }

    @Override
    public ProviderHealth health() {
      return ProviderHealth.UP;
    }

    @Override
    public void target(TargetRequest request, Consumer<TargetAnswer> answer) {}
  }

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          asked.add(exchange.getRequestMethod() + " " + exchange.getRequestURI());
          exchange.getResponseHeaders().add("location", "/elsewhere");
          exchange.sendResponseHeaders(status.get(), -1);
          exchange.close();
        });
    server.start();
  }

  @AfterEach
  void stop() {
    prober.close();
    server.stop(0);
    timer.shutdownNow();
  }

  private Provider probed(String url) {
    return new Probed(Optional.of(new Probe(URI.create(url), Duration.ofMillis(20), Duration.ofSeconds(2), 2)));
  }

  private String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/health";
  }

  private void await(AccountHealth.State state) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (book.lines().isEmpty() || book.lines().getFirst().state() != state) {
      assertThat(System.nanoTime() - deadline).as("%s within 10 s: %s", state, book.lines()).isNegative();
      Thread.onSpinWait();
    }
  }

  @Test
  void failedProbesHoldAProviderBackAndASuccessLetsTrialsBegin() throws Exception {
    status.set(500);
    prober.configure(List.of(probed(url())));
    await(AccountHealth.State.UNHEALTHY);
    status.set(204);
    await(AccountHealth.State.TRIAL);
    assertThat(asked).allMatch("GET /health"::equals);
  }

  @Test
  void redirectsAreNotFollowed() throws Exception {
    status.set(302);
    prober.configure(List.of(probed(url())));
    await(AccountHealth.State.UNHEALTHY);
    assertThat(asked).doesNotContain("GET /elsewhere");
  }

  @Test
  void addressesThatGiveSecretsAreNotAsked() {
    prober.configure(List.of(probed("http://169.254.169.254/latest/meta-data")));
    await(AccountHealth.State.UNHEALTHY);
  }

  @Test
  void nobodyIsAskedUnlessConfigured() throws Exception {
    prober.configure(List.of(new Probed(Optional.empty())));
    assertThat(asked.poll(200, TimeUnit.MILLISECONDS)).isNull();
    assertThat(book.lines()).isEmpty();
  }
}
