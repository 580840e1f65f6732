// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.hybrid;

import java.math.BigDecimal;
import java.util.List;
import java.util.OptionalDouble;

/**
 * When requests may leave their own providers. Immutable.
 *
 * @param loadThreshold load of the own providers from which on requests may leave whatever it costs, above 0, at most 1; empty for never
 * @param returnLoad load below which they stay again; at most the threshold
 * @param valuePerSecond what a second of waiting of one request is worth, for each lane, the most important first; for lanes beyond the last it is the last's
 * @param returnPercent once requests leave since waiting is dearer, they do so until waiting costs less than this part of the price difference; 1..100
 */
public record SpillTerms(OptionalDouble loadThreshold, double returnLoad, List<BigDecimal> valuePerSecond, int returnPercent) {
  public SpillTerms {
    valuePerSecond = List.copyOf(valuePerSecond);
    if (loadThreshold.isPresent() && !(loadThreshold.getAsDouble() > 0 && loadThreshold.getAsDouble() <= 1)) {
      throw new IllegalArgumentException("loadThreshold: " + loadThreshold.getAsDouble() + " (expected: above 0, at most 1)");
    }
    if (!(returnLoad >= 0 && returnLoad <= loadThreshold.orElse(1))) {
      throw new IllegalArgumentException("returnLoad: " + returnLoad + " (expected: 0 to the load threshold)");
    }
    if (valuePerSecond.isEmpty() || valuePerSecond.stream().anyMatch(value -> value.signum() < 0)) {
      throw new IllegalArgumentException("valuePerSecond: none, or below 0 (expected: one for each lane, >= 0)");
    }
    if (returnPercent < 1 || returnPercent > 100) {
      throw new IllegalArgumentException("returnPercent: " + returnPercent + " (expected: 1..100)");
    }
  }

  /** What a second of waiting in a lane is worth. */
  BigDecimal valuePerSecond(int lane) {
    return valuePerSecond.get(Math.min(lane, valuePerSecond.size() - 1));
  }
}
