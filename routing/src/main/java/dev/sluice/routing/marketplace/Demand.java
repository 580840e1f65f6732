// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.marketplace;

import dev.sluice.routing.marketplace.consent.Pseudonyms.AccountName;
import java.time.Duration;

/**
 * One request that wants a supply. Immutable.
 *
 * @param model the marketplace's name of the model
 * @param account who pays; never leaves under this name
 * @param inputTokens estimated prompt
 * @param outputTokens estimated answer
 * @param duration how long the request is expected to run
 */
public record Demand(String model, AccountName account, long inputTokens, long outputTokens, Duration duration) {
  public Demand {
    if (inputTokens < 0 || outputTokens < 0) {
      throw new IllegalArgumentException("tokens: negative (expected: >= 0)");
    }
  }
}
