// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin;

import dev.sluice.plugin.config.SluiceConfig;
import dev.sluice.plugin.health.HealthBook;
import dev.sluice.plugin.health.HealthSigns;
import dev.sluice.plugin.health.Prober;
import dev.sluice.plugin.lease.OpenLease;
import dev.sluice.plugin.time.Clocks;
import dev.sluice.plugin.usage.CompletionEvent;
import dev.sluice.routing.provider.ModelLimits;
import dev.sluice.routing.provider.Pace;
import dev.sluice.routing.provider.Provider;
import dev.sluice.routing.provider.ProviderCatalog;
import dev.sluice.routing.provider.ProviderContext;
import dev.sluice.routing.provider.ProviderHealth;
import dev.sluice.routing.provider.ProviderRegistry;
import dev.sluice.routing.provider.ServedModel;
import dev.sluice.scheduler.Alarm;
import dev.sluice.scheduler.Lease;
import dev.sluice.scheduler.Scheduler;
import dev.sluice.scheduler.TokenCost;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicBoolean;

/** The open providers of a process and what is known of their health. Thread-safe. */
final class ProviderSetup implements AutoCloseable {
  /** Where nothing says otherwise, an answer is expected to take at least this long: shorter times are noise. */
  private static final long LEAST_EXPECTED_NANOS = 1_000_000L;

  private final ProviderRegistry registry;
  private final HealthBook book;
  private final Preferences preferences;
  private final Prober prober;
  private final ScheduledExecutorService worker;
  private final AtomicBoolean asked = new AtomicBoolean();
  private volatile Set<String> regions = Set.of();

  /** A configuration that every provider agrees to. */
  @FunctionalInterface
  interface Prepared {
    /** Makes it the one in force. */
    void commit();
  }

  /** Opens the configured providers; {@code worker} runs what is due. */
  ProviderSetup(SluiceConfig config, Scheduler scheduler, Alarm.Factory alarms, ScheduledExecutorService worker) {
    this.worker = worker;
    this.preferences = new Preferences(scheduler);
    this.book = new HealthBook(config.providing().health(), Clocks.monotonic(), alarms, preferences);
    this.registry = new ProviderRegistry(new ProviderContext(Clocks.monotonic()::read, Clocks.wall(), worker, this::changed));
    this.prober = new Prober(book, worker, new SplittableRandom());
    prepare(config).commit();
    tellScheduler();
  }

  /** Where requests may be processed; empty for anywhere. */
  Set<String> regions() {
    return regions;
  }

  /** Tells a scheduler that has taken a configuration over what it may have lost with accounts that went and came. */
  void tellScheduler() {
    preferences.tell(registry.catalog());
    book.tellAgain();
  }

  ProviderCatalog catalog() {
    return registry.catalog();
  }

  HealthBook book() {
    return book;
  }

  /**
   * Checks a configuration, and opens what is new in it.
   *
   * @throws IllegalArgumentException naming what is wrong
   */
  Prepared prepare(SluiceConfig next) {
    ProviderRegistry.Prepared providers = registry.prepare(next.providers());
    return () -> {
      providers.commit();
      regions = next.providing().regions();
      preferences.configure(next.providing().choice(), next.prices());
      book.configure(next.providing().health());
      prober.configure(registry.catalog().providers());
      ask();
    };
  }

  /** Asks every provider how it fares, soon, and once for all calls until then. */
  private void changed() {
    if (asked.compareAndSet(false, true)) {
      worker.execute(
          () -> {
            asked.set(false);
            ask();
          });
    }
  }

  /** Makes ready for the first requests; takes some time. */
  void rehearse() {
    book.expect(offers());
  }

  private void ask() {
    book.offered(offers());
    preferences.tell(registry.catalog());
  }

  private List<HealthBook.Offer> offers() {
    List<HealthBook.Offer> offers = new ArrayList<>();
    for (Provider provider : registry.catalog().providers()) {
      ProviderHealth health = provider.health();
      for (ServedModel served : provider.models()) {
        double part = health.state() == ProviderHealth.State.DOWN ? 0 : part(served.limits(), provider.capacity(served.model()));
        offers.add(new HealthBook.Offer(provider.name(), served.model(), part, health.detail()));
      }
    }
    return offers;
  }

  /** The part of its configured limits that a provider offers, by the dimension that is shortest. */
  private static double part(ModelLimits configured, Optional<ModelLimits> offered) {
    return offered
        .map(
            limits ->
                Math.min(
                    1,
                    Math.min(
                        limits.tokensPerSecond() / (double) configured.tokensPerSecond(),
                        Math.min(
                            limits.requestsPerSecond() / (double) configured.requestsPerSecond(),
                            limits.maxConcurrent() / (double) configured.maxConcurrent()))))
        .orElse(0.0);
  }

  /** A request leaves. */
  void leaving(Lease lease) {
    book.sent(lease, expectedNanos(lease, lease.cost()));
  }

  /** A request was answered. */
  void answered(OpenLease entry, TokenCost actual, CompletionEvent event) {
    Instant now = Clocks.wall().instant();
    Lease lease = entry.lease();
    book.answered(lease, HealthSigns.of(event, entry.stream(), expectedNanos(lease, actual.total() > 0 ? actual : lease.cost()), now));
    OptionalLong exhausted = event.limits().exhaustedNanos(now);
    if (exhausted.isPresent()) {
      book.exhausted(lease.provider(), lease.model(), exhausted.getAsLong());
    }
  }

  private long expectedNanos(Lease lease, TokenCost cost) {
    return registry
        .catalog()
        .provider(lease.provider())
        .flatMap(provider -> provider.models().stream().filter(served -> served.model().equals(lease.model())).findFirst())
        .map(served -> expectedNanos(served.pace(), cost))
        .orElse(LEAST_EXPECTED_NANOS);
  }

  private static long expectedNanos(Pace pace, TokenCost cost) {
    double nanos = (double) pace.prefillNanosPerToken() * cost.inputTokens() + (double) pace.outputNanosPerToken() * cost.outputTokens();
    return Math.max(LEAST_EXPECTED_NANOS, (long) Math.min(nanos, Long.MAX_VALUE / 4.0));
  }

  /** Lines for people and probes: who is not well. */
  String lines() {
    StringBuilder lines = new StringBuilder();
    for (HealthBook.Line line : book.lines()) {
      lines.append("provider ").append(line.provider()).append(" model ").append(line.model()).append(": ");
      lines.append(line.state().name().toLowerCase(Locale.ROOT)).append('\n');
    }
    return lines.toString();
  }

  /** Takes over changed files of credentials; blocks. */
  void refresh() {
    registry.refresh();
  }

  @Override
  public void close() {
    prober.close();
    registry.close();
  }
}
