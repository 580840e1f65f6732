// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.quota;

import java.math.BigDecimal;
import java.math.RoundingMode;

/** What a quota counts. Amounts are 64-bit whole numbers inside: tokens, requests, millionths of the currency. */
public enum QuotaUnit {
  TOKENS(0),
  REQUESTS(0),
  MONEY(6);

  /** The largest amount inside; leaves every sum of a few thousand requests exact in a double, which is what Redis scripts count with. */
  public static final long MOST = 1_000_000_000_000_000L;

  private final int decimals;

  QuotaUnit(int decimals) {
    this.decimals = decimals;
  }

  /** The largest amount as people write it: 10<sup>15</sup> tokens or requests, 10<sup>9</sup> of the currency. */
  public BigDecimal most() {
    return BigDecimal.valueOf(MOST, decimals);
  }

  /** An amount as people write it, from inside. */
  public BigDecimal amount(long inside) {
    return BigDecimal.valueOf(inside, decimals);
  }

  /**
   * An amount as it is counted; what is finer than the unit is cut off.
   *
   * @throws IllegalArgumentException if it is negative or beyond {@link #most}
   */
  public long inside(BigDecimal amount) {
    if (amount.signum() < 0 || amount.compareTo(most()) > 0) {
      throw new IllegalArgumentException("amount: " + amount.toPlainString() + " (expected: 0.." + most().toPlainString() + ")");
    }
    return amount.setScale(decimals, RoundingMode.DOWN).unscaledValue().longValueExact();
  }
}
