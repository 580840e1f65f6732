// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin;

import dev.sluice.plugin.charge.Charges;
import dev.sluice.plugin.charge.KeyRates;
import dev.sluice.plugin.config.SluiceConfig;
import dev.sluice.plugin.config.StoreSettings;
import dev.sluice.plugin.metrics.ChargeMetrics;
import dev.sluice.plugin.time.Clocks;
import dev.sluice.routing.price.PriceTable;
import dev.sluice.routing.quota.Quota;
import dev.sluice.routing.quota.QuotaBook;
import dev.sluice.routing.quota.QuotaDesk;
import dev.sluice.routing.quota.QuotaTable;
import dev.sluice.routing.quota.QuotaTree;
import dev.sluice.routing.quota.SharedQuotas;
import dev.sluice.routing.quota.alert.AlertGate;
import dev.sluice.routing.quota.alert.AlertWebhook;
import dev.sluice.routing.quota.alert.QuotaAlerts;
import dev.sluice.routing.redis.RedisLink;
import dev.sluice.routing.usage.UsageRow;
import dev.sluice.routing.usage.UsageWriter;
import io.micrometer.core.instrument.MeterRegistry;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts together what requests are charged with: quotas of the configuration and of the database, in this process or in Redis, prices, alerts and
 * rows of usage. Thread-safe.
 */
final class ChargeSetup implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ChargeSetup.class);
  private static final int LIMITED_KEYS = 100_000;

  /** The stores there are, if any; they stay the caller's. Immutable. */
  record Stores(Optional<RedisLink> redis, Optional<DataSource> database) {}

  private final Optional<DataSource> database;
  private final AtomicReference<PriceTable> prices;
  private final AlertWebhook webhook;
  private final Optional<SharedQuotas> shared;
  private final QuotaDesk quotas;
  private final Optional<UsageWriter> usage;
  private final Charges charges;
  private final CompletableFuture<Void> firstReading;
  private final ReentrantLock reloading = new ReentrantLock();
  private List<Quota> configured;
  private List<Quota> stored = List.of();
  /** What was said of the last reading, which is not said again. */
  private List<String> lastProblems = List.of();

  /** Charges as {@code config} says, in {@code stores}, which are asked in the background. */
  ChargeSetup(SluiceConfig config, MeterRegistry meters, Stores stores) {
    ChargeMetrics metrics = new ChargeMetrics(meters);
    database = stores.database();
    prices = new AtomicReference<>(config.prices());
    configured = config.quotas().limits();
    webhook = new AlertWebhook(config.quotas().alertWebhook().map(SluiceConfig.Webhook::uri), AlertWebhook.Bounds.DEFAULT, metrics);
    AtomicReference<AlertGate> gate = new AtomicReference<>(AlertGate.ALONE);
    QuotaAlerts alerts =
        new QuotaAlerts(
            (key, until, task) -> gate.get().first(key, until, task),
            alert -> {
              metrics.raised(alert);
              webhook.send(alert);
            });
    QuotaTree tree = QuotaTree.of(configured);
    var ttl = config.quotas().reservationTtl();
    var deadline = config.stores().redis().map(StoreSettings.RedisSettings::deadline).orElse(SharedQuotas.USUAL_DEADLINE);
    shared =
        stores
            .redis()
            .map(
                link ->
                    new SharedQuotas(tree, link, Clocks.wall(), Clocks.monotonic()::read, SharedQuotas.Bounds.of(ttl, deadline), alerts, metrics));
    shared.ifPresent(desk -> gate.set(desk::first));
    quotas = shared.<QuotaDesk>map(desk -> desk).orElseGet(() -> new QuotaBook(tree, Clocks.wall(), Clocks.monotonic()::read, ttl, alerts));
    usage = database.map(source -> new UsageWriter(source, Clocks.wall(), UsageWriter.Bounds.DEFAULT, metrics));
    Optional<Consumer<UsageRow>> rows = usage.map(writer -> writer::add);
    charges =
        new Charges(quotas, new KeyRates(Clocks.monotonic(), LIMITED_KEYS), prices::get, rows, new Charges.Clocks(Clocks.monotonic(), Clocks.wall()));
    firstReading = database.isPresent() ? CompletableFuture.runAsync(this::refresh, Thread::startVirtualThread) : CompletableFuture.completedFuture(null);
  }

  /** Waits until the stores have told of quotas, failed, or {@code most} is over; what they tell later counts from then on. */
  void awaitStores(Duration most) {
    long begun = Clocks.monotonic().read();
    try {
      firstReading.get(most.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      log.warn("quotas of the database are not known yet");
    }
    shared.ifPresent(desk -> desk.awaitFirst(most.minusNanos(Math.min(most.toNanos(), Clocks.monotonic().read() - begun))));
  }

  Charges charges() {
    return charges;
  }

  /** The prices in force. */
  Supplier<PriceTable> prices() {
    return prices::get;
  }

  /** Takes over the quotas and prices of a changed configuration. */
  void reload(SluiceConfig config) {
    reloading.lock();
    try {
      prices.set(config.prices());
      configured = config.quotas().limits();
      apply();
    } finally {
      reloading.unlock();
    }
  }

  /** Reads the database's quotas again; those before stay in force if it does not answer. Blocks on the database. */
  void refresh() {
    if (database.isEmpty()) {
      return;
    }
    reloading.lock();
    try {
      QuotaTable.Contents contents = QuotaTable.read(database.get());
      if (!contents.problems().equals(lastProblems)) {
        lastProblems = contents.problems();
        lastProblems.forEach(problem -> log.warn("quota left out {}", problem));
      }
      if (!contents.quotas().equals(stored)) {
        stored = contents.quotas();
        apply();
      }
    } catch (SQLException e) {
      List<String> failure = List.of("sqlstate=" + e.getSQLState());
      if (!failure.equals(lastProblems)) {
        lastProblems = failure;
        log.warn("quotas not read from the database, those before stay in force {}", failure);
      }
    } finally {
      reloading.unlock();
    }
  }

  /** Puts both together; where an id is in both, the configuration's quota counts. */
  private void apply() {
    List<Quota> all = new ArrayList<>(configured);
    Set<String> ids = new HashSet<>();
    configured.forEach(quota -> ids.add(quota.id()));
    stored.stream().filter(quota -> !ids.contains(quota.id())).forEach(all::add);
    try {
      quotas.reload(QuotaTree.of(all));
    } catch (IllegalArgumentException e) {
      log.error("quotas not reloaded, those before stay in force: {}", e.getMessage());
    }
  }

  @Override
  public void close() {
    usage.ifPresent(UsageWriter::close);
    shared.ifPresent(SharedQuotas::close);
    webhook.close();
  }
}
