// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.hybrid;

import java.math.BigDecimal;

/** Whether a request may use bought capacity beside its own providers'. Pure: what it is told, and what it said last, decide. */
public final class SpillRule {
  private SpillRule() {}

  /**
   * How a request would fare. Immutable.
   *
   * @param waitNanos the wait foretold at its own providers; 0 if they have room, {@link Long#MAX_VALUE} if they would refuse it
   * @param load part of the own providers' capacity in use, 0..1; 1 while anybody waits for it
   * @param ownCost what it costs there
   * @param boughtCost what it costs at the marketplace
   */
  public record Outlook(long waitNanos, double load, BigDecimal ownCost, BigDecimal boughtCost) {}

  /** Why a request may leave its own providers, or that it may not. A closed set, fit for a metric label. */
  public enum Spill {
    /** It stays. */
    NONE,
    /** Waiting costs more than the difference of the prices. */
    WAIT,
    /** The own providers are loaded. */
    LOAD,
    /** The own providers let it wait and then gave it up; no decision of this rule, for a request that nobody else serves leaves at any price. */
    GIVEN_UP;

    /** Whether the request may leave. */
    public boolean leaves() {
      return this != NONE;
    }
  }

  /**
   * Decides about a request of {@code lane}.
   *
   * <p>It leaves for cost if wait × value of time exceeds the difference of the prices; bought capacity that is no dearer costs nothing more, and is
   * then taken as soon as there is any wait. Whoever left for a reason last time returns only when that reason has clearly gone: below the
   * return load, or when waiting costs less than a part of the difference.
   *
   * @param last what was decided last for the same model and lane
   */
  public static Spill decide(SpillTerms terms, int lane, Outlook outlook, Spill last) {
    if (outlook.waitNanos() == Long.MAX_VALUE) {
      return Spill.LOAD;
    }
    if (terms.loadThreshold().isPresent()) {
      double threshold = last == Spill.LOAD ? terms.returnLoad() : terms.loadThreshold().getAsDouble();
      if (outlook.load() >= threshold && outlook.load() > 0) {
        return Spill.LOAD;
      }
    }
    BigDecimal difference = outlook.boughtCost().subtract(outlook.ownCost()).max(BigDecimal.ZERO);
    BigDecimal bar = last == Spill.WAIT ? difference.multiply(BigDecimal.valueOf(terms.returnPercent())).movePointLeft(2) : difference;
    BigDecimal waiting = terms.valuePerSecond(lane).multiply(BigDecimal.valueOf(outlook.waitNanos())).movePointLeft(9);
    return waiting.compareTo(bar) > 0 ? Spill.WAIT : Spill.NONE;
  }
}
