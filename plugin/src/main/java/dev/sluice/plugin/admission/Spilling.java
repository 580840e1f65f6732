// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.admission;

import dev.sluice.routing.hybrid.SpillDesk;
import dev.sluice.routing.hybrid.SpillRule;
import dev.sluice.routing.hybrid.SpillRule.Spill;
import dev.sluice.routing.hybrid.SpillTerms;
import dev.sluice.routing.marketplace.provider.MarketplaceProvider;
import dev.sluice.routing.price.Price;
import dev.sluice.routing.price.PriceTable;
import dev.sluice.routing.provider.Provider;
import dev.sluice.routing.provider.Resolution;
import dev.sluice.scheduler.Outlook;
import dev.sluice.scheduler.Scheduler;
import dev.sluice.scheduler.WorkRequest;
import java.math.BigDecimal;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Says which of the providers a request may use it may use now: its own ones, and the marketplace where {@link SpillRule} lets it. Thread-safe;
 * returns at once. Models that the marketplace does not sell cost nothing here.
 */
public final class Spilling {
  private final Scheduler scheduler;
  private final SpillTerms terms;
  private final Supplier<PriceTable> prices;
  private final Consumer<Spill> listener;
  private final SpillDesk desk = new SpillDesk();

  /**
   * A rule over {@code scheduler}'s pools.
   *
   * @param prices of own providers
   * @param listener hears each decision; thread-safe
   */
  public Spilling(Scheduler scheduler, SpillTerms terms, Supplier<PriceTable> prices, Consumer<Spill> listener) {
    this.scheduler = scheduler;
    this.terms = terms;
    this.prices = prices;
    this.listener = listener;
  }

  /** The request with the providers that it may use now; empty if there is none. */
  Optional<WorkRequest> narrowed(Resolution.Served served, WorkRequest request) {
    Optional<MarketplaceProvider> seller = seller(served, request.providers());
    if (seller.isEmpty()) {
      return Optional.of(request);
    }
    MarketplaceProvider marketplace = seller.get();
    Set<String> own = new HashSet<>();
    for (Resolution.Serving serving : served.servings()) {
      if (serving.provider() != marketplace && allowed(request.providers(), serving.provider())) {
        own.add(serving.provider().name());
      }
    }
    Optional<Price> price = marketplace.capacity(served.model()).flatMap(limits -> marketplace.price(served.model()));
    if (own.isEmpty()) {
      return price.map(sold -> request);
    }
    WorkRequest staying = to(request, own);
    if (price.isEmpty() && !marketplace.failsClosed()) {
      return Optional.of(staying);
    }
    Spill spill = desk.decide(terms, served.model(), request.lane(), outlook(served.model(), staying, price.orElse(Price.FREE)));
    listener.accept(spill);
    if (!spill.leaves()) {
      return Optional.of(staying);
    }
    own.add(marketplace.name());
    return Optional.of(to(request, marketplace.failsClosed() ? Set.of(marketplace.name()) : own));
  }

  /**
   * The request for the marketplace alone, to start at once or not at all, once its own providers have given it up; empty if it may not leave, or
   * was free to and found nothing there either.
   *
   * @param free providers that the caller may use; empty for all
   */
  Optional<WorkRequest> rescued(Resolution.Served served, WorkRequest givenUp, Set<String> free) {
    Optional<MarketplaceProvider> seller = seller(served, free);
    if (seller.isEmpty() || allowed(givenUp.providers(), seller.get()) || seller.get().price(served.model()).isEmpty()) {
      return Optional.empty();
    }
    listener.accept(Spill.GIVEN_UP);
    return Optional.of(givenUp.elsewhere(Set.of(seller.get().name()), Long.MAX_VALUE));
  }

  private static Optional<MarketplaceProvider> seller(Resolution.Served served, Set<String> free) {
    for (Resolution.Serving serving : served.servings()) {
      if (serving.provider() instanceof MarketplaceProvider marketplace && allowed(free, marketplace)) {
        return Optional.of(marketplace);
      }
    }
    return Optional.empty();
  }

  /** Whether {@code free}, empty for all, has the provider. */
  private static boolean allowed(Set<String> free, Provider provider) {
    return free.isEmpty() || free.contains(provider.name());
  }

  private static WorkRequest to(WorkRequest request, Set<String> providers) {
    return request.elsewhere(providers, 0);
  }

  private SpillRule.Outlook outlook(String model, WorkRequest staying, Price bought) {
    Outlook outlook = scheduler.outlook(model, staying);
    long input = staying.cost().inputTokens();
    long output = staying.cost().outputTokens();
    PriceTable table = prices.get();
    BigDecimal ownCost =
        staying.providers().stream().map(name -> table.price(name, model).cost(input, 0, output)).min(Comparator.naturalOrder()).orElse(BigDecimal.ZERO);
    return new SpillRule.Outlook(outlook.waitNanos(), outlook.load(), ownCost, bought.cost(input, 0, output));
  }
}
