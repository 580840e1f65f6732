// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.marketplace.trade;

import dev.sluice.routing.marketplace.Demand;
import dev.sluice.routing.marketplace.Quote;
import dev.sluice.routing.marketplace.UsageReport;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.time.Instant;

/**
 * One request's supply. Immutable.
 *
 * @param requestId random, made for the request
 * @param upstream the gateway's name for the supplier, as the operator declared it
 * @param account pseudonym of who pays
 * @param boughtNanos when it was bought, on the process's monotonic clock; the request begins at once
 */
public record Purchase(String requestId, Quote quote, String upstream, Demand demand, String account, long boughtNanos) {
  private static final int CHARGE_DIGITS = 9;

  /** The report of what it came to. */
  UsageReport report(UsageReport.Status status, UsageReport.Use use, Instant now) {
    BigDecimal charge = quote.offer().price().cost(use.inputTokens(), 0, use.outputTokens()).setScale(CHARGE_DIGITS, RoundingMode.HALF_EVEN);
    return new UsageReport(
        requestId, quote.id(), quote.supply().id(), demand.model(), account, status, use, charge, now);
  }

  /** What is reported if nobody hears of its end. */
  UsageReport ifLost(Instant now) {
    return report(UsageReport.Status.UNKNOWN, new UsageReport.Use(demand.inputTokens(), demand.outputTokens(), 0, false), now);
  }

  /** Whether its execution window is over. */
  boolean overdue(long nowNanos) {
    return quote.overdue(boughtNanos, nowNanos);
  }

  /** How long it has run. */
  Duration age(long nowNanos) {
    return Duration.ofNanos(Math.max(0, nowNanos - boughtNanos));
  }
}
