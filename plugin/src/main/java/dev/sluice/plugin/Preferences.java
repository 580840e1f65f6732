// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin;

import dev.sluice.plugin.config.SluiceConfig.ChoiceSettings;
import dev.sluice.plugin.health.HealthBook;
import dev.sluice.routing.price.Price;
import dev.sluice.routing.price.PriceTable;
import dev.sluice.routing.provider.Provider;
import dev.sluice.routing.provider.ProviderCatalog;
import dev.sluice.routing.provider.ServedModel;
import dev.sluice.scheduler.Preference;
import dev.sluice.scheduler.Scheduler;
import dev.sluice.scheduler.Standing;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Tells the scheduler what requests cost at each provider, and how these fare. Thread-safe. */
final class Preferences implements HealthBook.Stands {
  private static final double TOKENS_PER_PRICE = 1e6;
  private static final double NANOS_PER_SECOND = 1e9;

  private record Pair(String model, String provider) {}

  private final Scheduler scheduler;
  private final Map<Pair, Price> prices = new ConcurrentHashMap<>();
  private final Map<Pair, Double> firstByteNanos = new ConcurrentHashMap<>();
  private volatile ChoiceSettings choice = new ChoiceSettings(false, 0);
  private volatile PriceTable table = PriceTable.NONE;

  Preferences(Scheduler scheduler) {
    this.scheduler = scheduler;
  }

  /** Chooses by other settings, once {@link #tell} has been called. */
  void configure(ChoiceSettings next, PriceTable nextTable) {
    choice = next;
    table = nextTable;
  }

  /** Tells the scheduler of every provider's prices as they are now. */
  void tell(ProviderCatalog catalog) {
    for (Provider provider : catalog.providers()) {
      for (ServedModel served : provider.models()) {
        Pair pair = new Pair(served.model(), provider.name());
        prices.put(pair, provider.price(served.model()).orElseGet(() -> table.price(provider.name(), served.model())));
        prefer(pair);
      }
    }
  }

  private void prefer(Pair pair) {
    Price price = prices.getOrDefault(pair, Price.FREE);
    double seconds = firstByteNanos.getOrDefault(pair, 0.0) / NANOS_PER_SECOND;
    Preference preference =
        choice.byScore()
            ? new Preference(
                price.input().doubleValue() / TOKENS_PER_PRICE,
                price.output().doubleValue() / TOKENS_PER_PRICE,
                choice.valueOfTime() * seconds)
            : Preference.NONE;
    scheduler.prefer(pair.model(), pair.provider(), preference);
  }

  @Override
  public void stand(String model, String provider, Standing standing) {
    scheduler.stand(model, provider, standing);
  }

  @Override
  public void firstByte(String model, String provider, double nanos) {
    Pair pair = new Pair(model, provider);
    firstByteNanos.put(pair, nanos);
    if (choice.byScore()) {
      prefer(pair);
    }
  }
}
