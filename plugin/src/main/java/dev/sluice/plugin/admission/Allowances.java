// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.admission;

import dev.sluice.plugin.answer.Allowance;
import dev.sluice.plugin.answer.Header;
import dev.sluice.plugin.answer.RateLimitHeaders;
import dev.sluice.plugin.dialect.Family;
import dev.sluice.scheduler.Headroom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * What an admitted caller is told of the provider's limits: those that are set, tokens and requests per second, as they stood
 * right after its own reservation. Other callers draw on the same limits, so what is left is no promise.
 */
final class Allowances {
  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  private Allowances() {}

  /**
   * The headers for a client of {@code family}; none where nothing is limited.
   *
   * @param now wall time
   */
  static List<Header> headers(Headroom headroom, Family family, Instant now) {
    List<Header> headers = new ArrayList<>(6);
    add(headers, Allowance.Unit.REQUESTS, headroom.requestsPerSecond(), headroom.availableRequests(), family, now);
    add(headers, Allowance.Unit.TOKENS, headroom.tokensPerSecond(), headroom.availableTokens(), family, now);
    return headers;
  }

  private static void add(
      List<Header> headers, Allowance.Unit unit, long perSecond, long available, Family family, Instant now) {
    if (perSecond != Long.MAX_VALUE) {
      long remaining = Math.clamp(available, 0, perSecond);
      headers.addAll(RateLimitHeaders.of(family, new Allowance(unit, perSecond, remaining, untilFull(perSecond, available)), now));
    }
  }

  /** Time in which {@code perSecond} makes up for all that is missing, debts included. */
  private static Duration untilFull(long perSecond, long available) {
    long missing = Math.max(0, perSecond - available);
    return Duration.ofSeconds(missing / perSecond, Math.ceilDiv(missing % perSecond * NANOS_PER_SECOND, perSecond));
  }
}
