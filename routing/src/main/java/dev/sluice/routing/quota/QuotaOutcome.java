// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.quota;

import java.time.Duration;
import java.time.Instant;

/** What became of a claim. */
public sealed interface QuotaOutcome {
  /** Every quota had room; the receiver owns the reservation. */
  record Reserved(Reservation reservation) implements QuotaOutcome {}

  /**
   * At least one quota has no room; nothing is held.
   *
   * @param quota of those without room the one whose window ends last
   * @param resetsAt the end of that window
   * @param resetsIn how far that is away on the clock that counts
   */
  record Exhausted(Quota quota, Instant resetsAt, Duration resetsIn) implements QuotaOutcome {}

  /**
   * Nobody could tell; nothing is held.
   *
   * @param cause for the log
   */
  record Failed(String cause) implements QuotaOutcome {}
}
