// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.metrics;

import dev.sluice.routing.hybrid.SpillRule.Spill;
import dev.sluice.routing.marketplace.MarketListener.Operation;
import dev.sluice.routing.marketplace.MarketListener.Result;
import dev.sluice.routing.marketplace.MarketListener.Trade;
import dev.sluice.routing.marketplace.MarketTally;
import dev.sluice.routing.marketplace.Terms.Objection;
import dev.sluice.routing.marketplace.provider.MarketplaceProvider;
import dev.sluice.routing.marketplace.trade.Marketplace.Standing;
import dev.sluice.routing.store.Breaker;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/** What passes between this process and the marketplace, over closed sets. There are no series while there is no marketplace. Thread-safe. */
public final class MarketMetrics {
  private final MeterRegistry registry;
  private final Supplier<Optional<MarketplaceProvider>> marketplace;
  private final Map<Spill, Counter> spills = new EnumMap<>(Spill.class);
  private final AtomicBoolean registered = new AtomicBoolean();

  /** Metrics of whatever marketplace there is at a scrape. */
  public MarketMetrics(MeterRegistry registry, Supplier<Optional<MarketplaceProvider>> marketplace) {
    this.registry = registry;
    this.marketplace = marketplace;
    for (Spill spill : Spill.values()) {
      spills.put(
          spill,
          Counter.builder("sluice_hybrid_decisions")
              .description("Requests that could go to local providers or the marketplace, by why they could leave")
              .tag("spill", lower(spill))
              .register(registry));
    }
  }

  /** Counts a decision of the hybrid rule. */
  public void decided(Spill spill) {
    Objects.requireNonNull(spills.get(spill)).increment();
  }

  /** Registers the rest as soon as there is a marketplace; before each scrape. */
  public void refresh() {
    if (marketplace.get().isEmpty() || !registered.compareAndSet(false, true)) {
      return;
    }
    for (Operation operation : Operation.values()) {
      for (Result result : Result.values()) {
        counter("sluice_marketplace_calls", "Calls to the marketplace", tally -> tally.calls(operation, result), "operation", lower(operation), "result", lower(result));
      }
    }
    for (Objection objection : Objection.values()) {
      counter("sluice_marketplace_supplies_unused", "Supplies listed and not used", tally -> tally.unused(objection), "reason", lower(objection));
    }
    for (Trade trade : Trade.values()) {
      counter("sluice_marketplace_trades", "Requests to be bought for, by what became of it", tally -> tally.trades(trade), "result", lower(trade));
    }
    counter("sluice_marketplace_reports", "Reports of use by what became of them", MarketTally::reports, "result", "delivered");
    counter("sluice_marketplace_reports", "Reports of use by what became of them", MarketTally::rejectedReports, "result", "rejected");
    for (Breaker.State state : Breaker.State.values()) {
      gauge("marketplace_circuit_breaker_state", "1 at the state of the breaker", standing -> standing.breaker() == state ? 1 : 0, "state", lower(state));
    }
    gauge("sluice_marketplace_consent", "1 if somebody consented, as last seen", standing -> standing.permitted() ? 1 : 0);
    gauge("sluice_marketplace_supplies", "Supplies that may be used", Standing::supplies);
    gauge("sluice_marketplace_purchases_open", "Purchases under way", Standing::open);
    gauge("sluice_marketplace_reports_due", "Reports of use to be delivered", Standing::due);
  }

  private void counter(String name, String description, ToDoubleFunction<MarketTally> value, String... tags) {
    FunctionCounter.builder(name, this, metrics -> metrics.marketplace.get().map(provider -> value.applyAsDouble(provider.tally())).orElse(0.0))
        .description(description)
        .tags(tags)
        .register(registry);
  }

  private void gauge(String name, String description, ToDoubleFunction<Standing> value, String... tags) {
    Gauge.builder(name, this, metrics -> metrics.marketplace.get().map(provider -> value.applyAsDouble(provider.standing())).orElse(Double.NaN))
        .description(description)
        .tags(tags)
        .register(registry);
  }

  private static String lower(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
