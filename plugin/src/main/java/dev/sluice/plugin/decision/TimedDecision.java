// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.decision;

import dev.sluice.scheduler.DecisionRecord;
import dev.sluice.scheduler.LeaseEnd;
import dev.sluice.scheduler.TokenCost;
import java.time.Instant;
import java.util.Optional;

/**
 * A decision, when it was made, and how the request ended that it admitted. Immutable.
 *
 * @param number counts the decisions of this process from 1 on
 * @param end empty while the request runs, and for requests that were not admitted
 */
public record TimedDecision(long number, Instant at, DecisionRecord record, Optional<End> end) {
  /**
   * The end of an admitted request. Immutable.
   *
   * @param used tokens really used; the estimate if {@code how} is expired, none if it is cancelled
   */
  public record End(LeaseEnd how, TokenCost used) {}

  TimedDecision ended(End how) {
    return new TimedDecision(number, at, record, Optional.of(how));
  }
}
