// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.marketplace;

import java.math.BigDecimal;
import java.time.Instant;

/**
 * What a purchase came to. Immutable. Its request id makes repeats harmless.
 *
 * @param requestId random, made for the request
 * @param quoteId the marketplace's name of the quote; empty for a standing offer
 * @param supplyId the marketplace's name of the supply
 * @param model the marketplace's name of the model
 * @param account pseudonym of who pays
 * @param charge the use at the price of the purchase
 * @param endedAt when it was known
 */
public record UsageReport(
    String requestId, String quoteId, String supplyId, String model, String account, Status status, Use use, BigDecimal charge, Instant endedAt) {

  /** How it ended. A closed set. */
  public enum Status {
    /** The supplier answered. */
    OK,
    /** The supplier refused or failed. */
    ERROR,
    /** It outlived its execution window. */
    TIMEOUT,
    /** The caller left; what was used until then is billed. */
    ABORTED,
    /** Nobody reported its end: the estimate stands. */
    UNKNOWN
  }

  /**
   * What was used. Immutable.
   *
   * @param reported whether the supplier counted, rather than an estimate
   */
  public record Use(long inputTokens, long outputTokens, long durationMillis, boolean reported) {}
}
