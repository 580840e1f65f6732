// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.marketplace;

import dev.sluice.routing.price.Price;
import java.util.Optional;

/**
 * What one supplier offers for one model, as the marketplace lists it. Immutable; nothing of it is trusted beyond its form.
 *
 * @param id the marketplace's name of the supply
 * @param endpoint where the supplier serves it; compared with what the operator declared, never connected to
 * @param model the marketplace's name of the model
 * @param price of a million tokens, everything included
 * @param quality what the supplier promises
 * @param offer a purchase that needs no quote, for when none can be had
 */
public record Supply(String id, String endpoint, String model, String region, Price price, Quality quality, Optional<Quote.Offer> offer) {
  /**
   * A supplier's promises. Immutable.
   *
   * @param latencyMillis time to the first token, 99th percentile; at least 0
   * @param tokensPerSecond throughput left; at least 0
   * @param availability 0..1
   * @param load 0..1
   * @param contextTokens largest request; at least 1
   */
  public record Quality(long latencyMillis, long tokensPerSecond, double availability, double load, long contextTokens) {
    public Quality {
      if (latencyMillis < 0 || tokensPerSecond < 0 || contextTokens < 1 || !(availability >= 0 && availability <= 1) || !(load >= 0 && load <= 1)) {
        throw new IllegalArgumentException("quality: out of range (expected: counts >= 0, a context >= 1, ratios 0..1)");
      }
    }
  }
}
