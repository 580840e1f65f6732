// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin;

import dev.sluice.plugin.admin.AdminHandler;
import dev.sluice.plugin.admin.Readiness;
import dev.sluice.plugin.admission.AdmissionDesk;
import dev.sluice.plugin.admission.SchedulerFilter;
import dev.sluice.plugin.admission.Spilling;
import dev.sluice.plugin.capacity.AdaptiveCapacity;
import dev.sluice.plugin.config.BucketSettings;
import dev.sluice.plugin.config.ConfigLoader;
import dev.sluice.plugin.config.ConfigReload;
import dev.sluice.plugin.config.LoadedConfig;
import dev.sluice.plugin.config.SluiceConfig;
import dev.sluice.plugin.decision.DecisionFile;
import dev.sluice.plugin.decision.DecisionLog;
import dev.sluice.plugin.entitle.Degraded;
import dev.sluice.plugin.entitle.Standings;
import dev.sluice.plugin.entitle.TokenRouterFilter;
import dev.sluice.plugin.events.SettlementDesk;
import dev.sluice.plugin.filter.EventLoopFilter;
import dev.sluice.plugin.health.HealthBook;
import dev.sluice.plugin.http.HttpEndpoint;
import dev.sluice.plugin.lease.Dispatches;
import dev.sluice.plugin.lease.LeaseNames;
import dev.sluice.plugin.lease.LeaseRegister;
import dev.sluice.plugin.log.LogFile;
import dev.sluice.plugin.metrics.CostMetrics;
import dev.sluice.plugin.metrics.GuardMetrics;
import dev.sluice.plugin.metrics.MarketMetrics;
import dev.sluice.plugin.metrics.ProcessMetrics;
import dev.sluice.plugin.metrics.ProviderMetrics;
import dev.sluice.plugin.metrics.RunnerMetrics;
import dev.sluice.plugin.metrics.SchedulerMetrics;
import dev.sluice.plugin.metrics.SharingMetrics;
import dev.sluice.plugin.metrics.StoreMetrics;
import dev.sluice.plugin.refusal.Refusals;
import dev.sluice.plugin.runner.RunnerServer;
import dev.sluice.plugin.scheduling.SchedulerSetup;
import dev.sluice.plugin.sharing.CapacitySharing;
import dev.sluice.plugin.time.AlarmClock;
import dev.sluice.plugin.time.Clocks;
import dev.sluice.plugin.usage.BytesPerToken;
import dev.sluice.routing.ApiKeyRouter;
import dev.sluice.routing.KeyStore;
import dev.sluice.routing.config.ConfigException;
import dev.sluice.routing.config.FileWatcher;
import dev.sluice.routing.key.KeyFile;
import dev.sluice.routing.marketplace.provider.MarketFactory;
import dev.sluice.routing.marketplace.provider.MarketplaceProvider;
import dev.sluice.routing.provider.Provider;
import dev.sluice.routing.redis.RedisLink;
import dev.sluice.routing.window.InForce;
import dev.sluice.scheduler.Scheduler;
import dev.sluice.scheduler.cost.LearnedCosts;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The composition of the process: builds every part, starts them in order, stops them in reverse. Thread-safe.
 *
 * <p>Start: log, keys, scheduler, ports, and the runner's socket last, so that the gateway finds nobody before everything is ready. Stop,
 * on SIGTERM: admit nobody, answer every waiter, wait for the replies, close. Nothing is kept: a lease that is open when the process ends
 * is unknown to the next one, whose accounts start full.
 */
public final class SluiceProcess implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(SluiceProcess.class);

  /** Every waiter is answered within this time; APISIX kills a runner one second after telling it to end. */
  private static final Duration DRAIN = Duration.ofMillis(700);

  /** How long a start waits for all stores together, and only to know from the first request on what they hold. */
  private static final Duration STORE_PATIENCE = Duration.ofMillis(500);

  private static final Duration WATCH_INTERVAL = Duration.ofSeconds(1);
  private static final Duration TABLE_INTERVAL = Duration.ofSeconds(5);
  private static final int LEARNED_MODELS = 1_000;
  private static final int PARSER_THREADS = 2;

  private final Readiness readiness = new Readiness();
  private final CountDownLatch stopped = new CountDownLatch(1);
  private final AlarmClock alarms;
  private final ChargeSetup charges;
  private final GuardSetup guard;
  private final Scheduler scheduler;
  private final RunnerServer runner;
  private final HttpEndpoint events;
  private final HttpEndpoint admin;
  private final ScheduledExecutorService watcher;
  private final ExecutorService largeBodies;
  private final Optional<DecisionLog> decisions;
  private final Optional<StoreAccess> stores;
  private final Optional<RedisLink> ownRedis;
  private final Optional<CapacitySharing> sharing;
  private final ProviderSetup providers;

  /** Runs a process until the JVM is told to end. */
  static void run(ConfigLoader loader) throws IOException, ConfigException {
    SluiceProcess process = open(loader);
    Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().name("sluice-stop").unstarted(process::close));
    process.listen();
    try {
      process.stopped.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** What is done to a process that is ready. */
  @FunctionalInterface
  interface Visit {
    void run() throws IOException;
  }

  /** Starts a process, pays it a visit, and stops it. */
  static void rehearse(ConfigLoader loader, Visit visit) throws IOException, ConfigException {
    try (SluiceProcess process = open(loader)) {
      process.listen();
      visit.run();
    }
  }

  /** Starts all that a process consists of inside this JVM, whose logging stays as it is; ready when it returns. */
  public static SluiceProcess start(ConfigLoader loader) throws IOException, ConfigException {
    SluiceProcess process = new SluiceProcess(loader, loader.load());
    try {
      process.listen();
      return process;
    } catch (IOException | RuntimeException e) {
      process.close();
      throw e;
    }
  }

  private static SluiceProcess open(ConfigLoader loader) throws IOException, ConfigException {
    LoadedConfig loaded = loader.load();
    SluiceConfig config = loaded.config();
    LogFile.open(config.observability().logFile(), config.observability().logLevel().name().toLowerCase(Locale.ROOT));
    return new SluiceProcess(loader, loaded);
  }

  private SluiceProcess(ConfigLoader loader, LoadedConfig loaded) throws IOException, ConfigException {
    SluiceConfig config = loaded.config();
    config.scheduler().buckets().map(BucketSettings::warnings).orElse(List.of()).forEach(warning -> log.warn("{}", warning));
    PrometheusMeterRegistry meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    stores =
        config.stores().postgresql().isPresent()
            ? Optional.of(StoreAccess.open(config, config.stores().postgresql().get(), loader.environment(), new StoreMetrics(meters)))
            : Optional.empty();
    Optional<KeyFile> keyFile = stores.isPresent() ? Optional.empty() : Optional.of(KeyAccess.open(config.tokenRouting(), loader.environment()));
    KeyStore keys = stores.<KeyStore>map(StoreAccess::keys).or(() -> keyFile).orElseThrow();
    Degraded degraded = stores.map(open -> open.degraded(config.scheduler().lanes().size() - 1)).orElse(Degraded.CLOSED);
    stores.ifPresent(open -> readiness.describe(open::line));
    ProcessMetrics processMetrics = new ProcessMetrics(meters);
    LeaseRegister register = new LeaseRegister(new LeaseNames(new SecureRandom()));
    // Without PostgreSQL, Redis still lets processes agree on quotas and capacity.
    ownRedis = stores.isPresent() ? Optional.empty() : config.stores().redis().map(redis -> RedisLink.open(redis.url(), redis.password()));
    charges = new ChargeSetup(config, meters, stores.map(StoreAccess::forCharges).orElseGet(() -> new ChargeSetup.Stores(ownRedis, Optional.empty())));
    Dispatches dispatches = new Dispatches(Clocks.monotonic());
    // The scheduler comes first, and is what the book tells.
    AtomicReference<Optional<HealthBook>> book = new AtomicReference<>(Optional.empty());
    decisions = decisions(config.observability());
    SchedulerMetrics schedulerMetrics =
        new SchedulerMetrics(
            meters,
            (lease, end, actual) -> {
              register.forget(lease);
              dispatches.ended(lease, end, actual);
              book.get().ifPresent(open -> open.ended(lease));
              charges.charges().ended(lease, end, actual);
              decisions.ifPresent(open -> open.ended(lease, end, actual));
            },
            decisions.map(open -> open::add));
    CostMetrics costMetrics = new CostMetrics(meters);
    ProviderMetrics providerMetrics = new ProviderMetrics(meters);
    alarms = new AlarmClock(Clocks.monotonic());
    scheduler = new Scheduler(SchedulerSetup.of(config, InForce.NOTHING), Clocks.monotonic(), alarms, schedulerMetrics);
    watcher = Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform().name("sluice-watch").daemon(true).factory());
    LiveSettings live = new LiveSettings(config, scheduler, new LiveSettings.Times(Clocks.wall(), Clocks.monotonic(), alarms, watcher));
    live.refresh();
    providers = new ProviderSetup(config, scheduler, alarms, watcher);
    book.set(Optional.of(providers.book()));
    SharingMetrics sharingMetrics = new SharingMetrics(meters);
    sharing = stores.flatMap(StoreAccess::redis).or(() -> ownRedis).flatMap(redis -> SharingSetup.of(config, scheduler, redis, sharingMetrics));
    sharing.ifPresent(open -> readiness.describe(open::line));
    readiness.describe(providers::lines);
    largeBodies = Executors.newFixedThreadPool(PARSER_THREADS, Thread.ofPlatform().name("sluice-parse-", 0).daemon(true).factory());
    LearnedCosts costs = new LearnedCosts(AdmissionSetup.costs(config.scheduler().cost()));
    Refusals refusals = new Refusals(processMetrics::refused);
    AdmissionDesk.Departures departures =
        new AdmissionDesk.Departures(register, dispatches, providers::leaving, Clocks.wall(), new AdmissionDesk.DecisionMeter(Clocks.monotonic(), processMetrics::decided));
    MarketMetrics market = new MarketMetrics(meters, () -> providers.catalog().provider(MarketFactory.TYPE).flatMap(SluiceProcess::marketplace));
    Spilling spilling = new Spilling(scheduler, config.spill(), charges.prices(), market::decided);
    AdmissionDesk desk = new AdmissionDesk(scheduler, providers::catalog, charges.charges(), departures, refusals, AdmissionSetup.bodies(config.protection(), largeBodies), AdmissionSetup.limits(config.scheduler(), providers), costs, spilling);
    Standings standings = standings(config, live);
    guard = new GuardSetup(config.protection(), desk, new GuardMetrics(meters));
    List<EventLoopFilter> filters =
        List.of(
            new TokenRouterFilter(new ApiKeyRouter(keys), Clocks.wall(), standings, refusals, degraded),
            guard.filter(),
            new SchedulerFilter(desk));
    runner = RunnerSetup.of(config.runner(), filters, refusals, new RunnerMetrics(meters));
    Optional<AdaptiveCapacity> capacity = config.scheduler().adaptive().map(settings -> AdmissionSetup.adaptive(settings, scheduler));
    SettlementDesk settlement = new SettlementDesk(register, dispatches, providers::answered, new BytesPerToken(LEARNED_MODELS), costs, capacity, processMetrics);
    events = PortSetup.events(config.events(), settlement);
    Optional<AdminSetup.Database> database =
        stores.map(open -> new AdminSetup.Database(open, SenderTables.of(open.dataSource(), live, config.scheduler().lanes().size()), charges));
    admin =
        PortSetup.admin(
            config.admin(),
            AdminSetup.handler(
                config,
                loader.environment(),
                new AdminHandler.Views(
                    readiness,
                    scheduler::snapshot,
                    () -> providers.book().lines(),
                    () -> {
                      schedulerMetrics.gauges(scheduler.snapshot());
                      market.refresh();
                      providerMetrics.gauges(providers.book().lines());
                      costMetrics.gauges(costs.errors());
                      capacity.ifPresent(adaptive -> costMetrics.scales(adaptive.scales()));
                      sharing.ifPresent(open -> sharingMetrics.gauges(open.shares()));
                      return meters.scrape();
                    }),
                desk,
                standings,
                decisions,
                AdminSetup.Told.of(database, keyFile)));
    keyFile.ifPresent(file -> new FileWatcher(config.tokenRouting().keysFile(), file::reload).start(watcher, WATCH_INTERVAL));
    Reloading reloading = new Reloading(new ConfigReload(loader, loaded), live, providers, charges);
    new FileWatcher(loader.file(), reloading::run).start(watcher, WATCH_INTERVAL);
    // On a thread of its own: a database that does not answer must not hold up the files.
    database.ifPresent(
        tables -> watcher.scheduleWithFixedDelay(() -> Thread.startVirtualThread(tables::refresh), 0, TABLE_INTERVAL.toMillis(), TimeUnit.MILLISECONDS));
    watcher.scheduleWithFixedDelay(
        providers::refresh, WATCH_INTERVAL.toMillis(), WATCH_INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
  }

  private static Optional<MarketplaceProvider> marketplace(Provider provider) {
    return provider instanceof MarketplaceProvider found ? Optional.of(found) : Optional.empty();
  }

  private static Standings standings(SluiceConfig config, LiveSettings live) {
    Standings.Levels levels = new Standings.Levels(config.scheduler().lanes().size(), config.scheduler().defaultPriority());
    return new Standings(() -> live.rules().current(), live::inForce, live::trusted, levels);
  }

  private static Optional<DecisionLog> decisions(SluiceConfig.ObservabilitySettings settings) throws IOException {
    if (settings.decisionRecords() == 0 && settings.decisionFile().isEmpty()) {
      return Optional.empty();
    }
    Optional<DecisionFile> file =
        settings.decisionFile().isPresent()
            ? Optional.of(new DecisionFile(settings.decisionFile().get(), settings.decisionFileBytes()))
            : Optional.empty();
    return Optional.of(new DecisionLog(Math.max(1, settings.decisionRecords()), Clocks.wall(), file));
  }

  private void listen() throws IOException {
    admin.start();
    events.start();
    long begun = Clocks.monotonic().read();
    stores.ifPresent(open -> open.stores().awaitFirst(STORE_PATIENCE));
    charges.awaitStores(STORE_PATIENCE.minusNanos(Math.min(STORE_PATIENCE.toNanos(), Clocks.monotonic().read() - begun)));
    sharing.ifPresent(open -> open.awaitFirst(STORE_PATIENCE)); // has been under way since before the stores were waited for
    runner.start();
    readiness.enter(Readiness.Stage.READY);
    log.info("ready");
    largeBodies.execute(Refusals::rehearse);
    largeBodies.execute(providers::rehearse);
  }

  /** Stops it: waiters are answered within 0.7 s. */
  @Override
  public void close() {
    readiness.enter(Readiness.Stage.DRAINING);
    scheduler.drain();
    runner.drain(DRAIN);
    runner.close();
    events.close();
    admin.close();
    watcher.shutdownNow();
    largeBodies.shutdownNow();
    guard.close();
    providers.close();
    alarms.close();
    sharing.ifPresent(CapacitySharing::close);
    charges.close(); // writes the last rows of use, and so before the stores go
    stores.ifPresent(StoreAccess::close);
    ownRedis.ifPresent(RedisLink::close);
    decisions.ifPresent(DecisionLog::close);
    log.info("stopped");
    stopped.countDown();
  }
}
