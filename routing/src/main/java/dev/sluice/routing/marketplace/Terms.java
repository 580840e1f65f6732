// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.marketplace;

import dev.sluice.routing.price.Price;
import java.util.List;
import java.util.Map;

/**
 * What the operator allows. Immutable.
 *
 * @param upstreams name of the gateway's upstream for each endpoint; others are never used
 * @param regions preferred regions, the best first; a wish
 * @param residency regions that requests may go to at all; empty allows any. A condition, judged before any score
 * @param minAvailability least availability, 0..1
 * @param maxPrices highest price by the marketplace's name of the model; models without one are never bought
 */
public record Terms(
    Map<String, String> upstreams, List<String> regions, List<String> residency, double minAvailability, Map<String, Price> maxPrices) {
  public Terms {
    upstreams = Map.copyOf(upstreams);
    regions = List.copyOf(regions);
    residency = List.copyOf(residency);
    maxPrices = Map.copyOf(maxPrices);
  }

  /** Why a supply is not used. A closed set, fit for a metric label. */
  public enum Objection {
    /** Its endpoint has no declared upstream. */
    UNDECLARED,
    /** Nobody asked for its model. */
    MODEL,
    /** It lies outside the allowed regions. */
    RESIDENCY,
    /** It costs more than allowed. */
    PRICE,
    /** It is there too rarely. */
    AVAILABILITY,
    /** It is not a supply in form. */
    MALFORMED
  }

  /** What speaks against a supply; empty if nothing does. */
  public List<Objection> objections(Supply supply) {
    if (!maxPrices.containsKey(supply.model())) {
      return List.of(Objection.MODEL);
    }
    if (!upstreams.containsKey(supply.endpoint())) {
      return List.of(Objection.UNDECLARED);
    }
    if (!residency.isEmpty() && !residency.contains(supply.region())) {
      return List.of(Objection.RESIDENCY);
    }
    if (supply.quality().availability() < minAvailability) {
      return List.of(Objection.AVAILABILITY);
    }
    return affordable(supply.model(), supply.price()) ? List.of() : List.of(Objection.PRICE);
  }

  /** Whether a price is within what the operator pays for a model. */
  public boolean affordable(String model, Price price) {
    Price most = maxPrices.get(model);
    return most != null && price.input().compareTo(most.input()) <= 0 && price.output().compareTo(most.output()) <= 0;
  }
}
