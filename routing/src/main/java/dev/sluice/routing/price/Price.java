// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.price;

import java.math.BigDecimal;
import java.math.RoundingMode;

/**
 * What a million tokens cost, in the table's currency. Immutable.
 *
 * @param input for prompt tokens; 0 to 1 000 000, as the others
 * @param cached for prompt tokens that the provider had in its cache
 * @param output for generated tokens
 */
public record Price(BigDecimal input, BigDecimal cached, BigDecimal output) {
  /** The highest price. */
  public static final BigDecimal MOST = BigDecimal.valueOf(1_000_000);

  /** Nothing. */
  public static final Price FREE = new Price(BigDecimal.ZERO, BigDecimal.ZERO, BigDecimal.ZERO);

  public Price {
    check("input", input);
    check("cached", cached);
    check("output", output);
  }

  private static void check(String name, BigDecimal price) {
    if (price.signum() < 0 || price.compareTo(MOST) > 0) {
      throw new IllegalArgumentException(name + ": " + price.toPlainString() + " (expected: 0.." + MOST.toPlainString() + ")");
    }
  }

  /**
   * What tokens cost, exactly.
   *
   * @param inputTokens all prompt tokens, cached ones included; at least {@code cachedTokens}
   */
  public BigDecimal cost(long inputTokens, long cachedTokens, long outputTokens) {
    BigDecimal millions =
        input
            .multiply(BigDecimal.valueOf(inputTokens - cachedTokens))
            .add(cached.multiply(BigDecimal.valueOf(cachedTokens)))
            .add(output.multiply(BigDecimal.valueOf(outputTokens)));
    return millions.movePointLeft(6);
  }

  /** A cost in millionths of the currency, rounded up, as quotas count it. */
  public static long micros(BigDecimal cost) {
    BigDecimal micros = cost.movePointRight(6).setScale(0, RoundingMode.CEILING);
    return micros.min(BigDecimal.valueOf(Long.MAX_VALUE)).longValueExact();
  }
}
