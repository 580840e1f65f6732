// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.price;

import java.math.BigDecimal;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Prices by provider and model. Immutable. What has no price costs nothing. */
public final class PriceTable {
  /** Stands for every provider, or every model. */
  public static final String ANY = "*";

  /** No prices. */
  public static final PriceTable NONE = of("USD", List.of());

  private final String currency;
  private final Map<Place, Price> prices;

  private PriceTable(String currency, Map<Place, Price> prices) {
    this.currency = currency;
    this.prices = prices;
  }

  private record Place(String provider, String model) {}

  /** One line of the table; {@link #ANY} may stand for the provider and for the model. Immutable. */
  public record Entry(String provider, String model, Price price) {}

  /**
   * A table of {@code entries}.
   *
   * @param currency three letters, such as USD
   * @throws IllegalArgumentException if a provider and model occur twice
   */
  public static PriceTable of(String currency, List<Entry> entries) {
    Map<Place, Price> prices = new HashMap<>();
    for (Entry entry : entries) {
      if (prices.put(new Place(entry.provider(), entry.model()), entry.price()) != null) {
        throw new IllegalArgumentException("price: " + entry.model() + " at " + entry.provider() + " twice (expected: once)");
      }
    }
    return new PriceTable(currency, Map.copyOf(prices));
  }

  public String currency() {
    return currency;
  }

  /** Whether there are no prices at all. */
  public boolean isEmpty() {
    return prices.isEmpty();
  }

  /** The price of a model at a provider: its own, the model's at any provider, the provider's for any model, everybody's for any model. */
  public Price price(String provider, String model) {
    return find(provider, model)
        .or(() -> find(ANY, model))
        .or(() -> find(provider, ANY))
        .or(() -> find(ANY, ANY))
        .orElse(Price.FREE);
  }

  private Optional<Price> find(String provider, String model) {
    return Optional.ofNullable(prices.get(new Place(provider, model)));
  }

  /** The most that tokens of a model may cost at any of {@code providers}; for an estimate before the provider is known. */
  public BigDecimal highest(Collection<String> providers, String model, long inputTokens, long outputTokens) {
    BigDecimal highest = BigDecimal.ZERO;
    if (!prices.isEmpty()) {
      for (String provider : providers) {
        highest = highest.max(price(provider, model).cost(inputTokens, 0, outputTokens));
      }
    }
    return highest;
  }
}
