// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin;

import dev.sluice.plugin.admin.AdminHandler;
import dev.sluice.plugin.admin.AdminKeys;
import dev.sluice.plugin.admin.AdminKeys.AdminKey;
import dev.sluice.plugin.admin.AdminKeys.Role;
import dev.sluice.plugin.admin.Readiness;
import dev.sluice.plugin.admin.api.AdminApi;
import dev.sluice.plugin.admin.api.Route;
import dev.sluice.plugin.admin.api.SnapshotControl;
import dev.sluice.plugin.admission.AdmissionDesk;
import dev.sluice.plugin.admission.Spilling;
import dev.sluice.plugin.body.BodyIntake;
import dev.sluice.plugin.charge.Charges;
import dev.sluice.plugin.charge.KeyRates;
import dev.sluice.plugin.config.ConfigLoader;
import dev.sluice.plugin.config.SluiceConfig;
import dev.sluice.plugin.decision.DecisionLog;
import dev.sluice.plugin.dialect.BodyRewriter;
import dev.sluice.plugin.dialect.PromptReader;
import dev.sluice.plugin.dialect.ReadLimits;
import dev.sluice.plugin.http.BearerSecret;
import dev.sluice.plugin.http.HttpEndpoint;
import dev.sluice.plugin.lease.Dispatches;
import dev.sluice.plugin.lease.LeaseNames;
import dev.sluice.plugin.lease.LeaseRegister;
import dev.sluice.plugin.refusal.Refusals;
import dev.sluice.plugin.scheduling.SchedulerSetup;
import dev.sluice.routing.key.KeyFileEditor;
import dev.sluice.routing.key.KeyMint;
import dev.sluice.routing.key.Pepper;
import dev.sluice.routing.price.PriceTable;
import dev.sluice.routing.provider.ProviderContext;
import dev.sluice.routing.provider.ProviderRegistry;
import dev.sluice.routing.quota.QuotaBook;
import dev.sluice.routing.quota.QuotaListener;
import dev.sluice.routing.quota.QuotaTree;
import dev.sluice.routing.registry.Changes;
import dev.sluice.routing.registry.RowCheck;
import dev.sluice.routing.registry.RowJson;
import dev.sluice.routing.window.InForce;
import dev.sluice.scheduler.Alarm;
import dev.sluice.scheduler.Scheduler;
import dev.sluice.scheduler.SchedulerListener;
import dev.sluice.scheduler.cost.LearnedCosts;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import javax.sql.DataSource;
import tools.jackson.databind.JsonNode;

/** An admin port on loopback as a process would have it, but for time, which stands still unless moved. */
final class AdminPort implements AutoCloseable {
  static final Instant NOW = Instant.parse("2026-11-24T12:00:00Z");
  static final String WRITER = "writer-key-0123456789";
  static final String READER = "reader-key-0123456789";

  private static final String CONFIG =
      """
      events: {secret_env: E}
      scheduler: {priority_levels: 5, default_priority: 2, service_tier: {flex: 4}}
      provider:
        local:
          a: {models: [{model: m, aliases: [alias]}], max_tokens_per_sec: 1000, max_context_length: 8000}
          b: {models: [m]}
      """;

  final AtomicLong nanos = new AtomicLong();
  final List<Route> routes;

  /** Decisions that the port shows. */
  final DecisionLog decisions = new DecisionLog(8, InstantSource.fixed(NOW), Optional.empty());

  private final HttpEndpoint endpoint;
  private final InetSocketAddress address;
  private final ExecutorService blocking = Executors.newVirtualThreadPerTaskExecutor();
  private final HttpClient client = HttpClient.newHttpClient();

  private AdminPort(Path folder, Optional<DataSource> database, Optional<SnapshotControl> snapshot, Changes changes, List<AdminKey> keys) throws Exception {
    Path file = Files.writeString(folder.resolve("sluice.yaml"), CONFIG);
    SluiceConfig config = new ConfigLoader(file, Map.of("E", "events-secret")).load().config();
    Scheduler scheduler = new Scheduler(SchedulerSetup.of(config, InForce.NOTHING), nanos::get, task -> new Silent(), new SchedulerListener() {});
    InstantSource wall = InstantSource.fixed(NOW);
    ProviderRegistry providers = new ProviderRegistry(new ProviderContext(nanos::get, wall, new ScheduledThreadPoolExecutor(0), () -> {}));
    providers.prepare(config.providers()).commit();
    AdmissionDesk desk =
        new AdmissionDesk(
            scheduler,
            providers::catalog,
            new Charges(
                new QuotaBook(QuotaTree.of(List.of()), wall, nanos::get, Duration.ofMinutes(1), QuotaListener.NONE),
                new KeyRates(nanos::get, 10),
                () -> PriceTable.NONE,
                Optional.empty(),
                new Charges.Clocks(nanos::get, wall)),
            new AdmissionDesk.Departures(new LeaseRegister(new LeaseNames(new SecureRandom())), new Dispatches(nanos::get), lease -> {}, wall, new AdmissionDesk.DecisionMeter(nanos::get, time -> {})),
            new Refusals(reason -> {}),
            new BodyIntake(new PromptReader(ReadLimits.DEFAULT), new BodyRewriter(ReadLimits.DEFAULT), Runnable::run, 1 << 20, nanos::get),
            new AdmissionDesk.Limits(5, 2, 1000, config.scheduler().serviceTier(), Optional.empty(), Set::of),
            new LearnedCosts(new LearnedCosts.Settings(false, 0.8, 256, 1, 1)),
            new Spilling(scheduler, config.spill(), () -> PriceTable.NONE, spill -> {}));
    KeyMint mint = new KeyMint(Pepper.parse("ab".repeat(32)).orElseThrow(), new SecureRandom());
    AdminApi.Stores stores = new AdminApi.Stores(database, new KeyFileEditor(folder.resolve("keys.yaml")), mint, changes, RowCheck.NONE);
    List<Route> api = AdminApi.routes(stores, new AdminApi.Knowledge(desk, snapshot, UnaryOperator.identity(), Optional.of(decisions), wall));
    Readiness readiness = new Readiness();
    readiness.enter(Readiness.Stage.READY);
    AdminHandler handler =
        new AdminHandler(new AdminKeys(keys), new AdminHandler.Views(readiness, scheduler::snapshot, List::of, () -> "# metrics\n"), api, nanos::get, blocking);
    routes = handler.routes();
    endpoint = new HttpEndpoint("admin", new InetSocketAddress("127.0.0.1", 0), new HttpEndpoint.Limits(1 << 20, 64, 10, 30), handler);
    address = endpoint.start();
  }

  private static final class Silent implements Alarm {
    @Override
    public void set(long nanos) {}

    @Override
    public void clear() {}
  }

  static AdminPort open(Path folder, Optional<DataSource> database, Changes changes) throws Exception {
    return new AdminPort(
        folder,
        database,
        Optional.empty(),
        changes,
        List.of(new AdminKey("ann", Role.WRITE, new BearerSecret(WRITER)), new AdminKey("bob", Role.READ, new BearerSecret(READER))));
  }

  static AdminPort withoutKeys(Path folder) throws Exception {
    return new AdminPort(folder, Optional.empty(), Optional.empty(), Changes.NONE, List.of());
  }

  int port() {
    return address.getPort();
  }

  /** A request to be sent; what is empty is left out. */
  record Ask(String method, String path, String key, String body, String contentType, String ifMatch) {
    static Ask of(String method, String path) {
      return new Ask(method, path, WRITER, "", "", "");
    }

    Ask as(String other) {
      return new Ask(method, path, other, body, contentType, ifMatch);
    }

    Ask with(String json) {
      return new Ask(method, path, key, json.replace('\'', '"'), "application/json", ifMatch);
    }

    Ask typed(String type) {
      return new Ask(method, path, key, body, type, ifMatch);
    }

    Ask at(String etag) {
      return new Ask(method, path, key, body, contentType, etag);
    }
  }

  /** What came back. */
  record Reply(int status, HttpResponse<String> response) {
    String text() {
      return response.body();
    }

    JsonNode json() {
      return RowJson.read(response.body().getBytes(StandardCharsets.UTF_8));
    }

    String header(String name) {
      return response.headers().firstValue(name).orElse("");
    }
  }

  Reply send(Ask ask) throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + ask.path))
            .timeout(Duration.ofSeconds(5))
            .method(ask.method, ask.body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(ask.body));
    if (!ask.key.isEmpty()) {
      request.header("Authorization", "Bearer " + ask.key);
    }
    if (!ask.contentType.isEmpty()) {
      request.header("Content-Type", ask.contentType);
    }
    if (!ask.ifMatch.isEmpty()) {
      request.header("If-Match", ask.ifMatch);
    }
    HttpResponse<String> response = client.send(request.build(), BodyHandlers.ofString());
    return new Reply(response.statusCode(), response);
  }

  @Override
  public void close() {
    endpoint.close();
    blocking.close();
    client.close();
  }
}
