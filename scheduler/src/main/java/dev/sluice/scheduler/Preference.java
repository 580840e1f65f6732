// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler;

/**
 * What sending a request to a provider costs, in whatever unit all providers of a pool share. Of the providers that have room the one with the lowest
 * score is taken; equal ones go by configured order. Immutable.
 *
 * @param perInputToken at least 0
 * @param perOutputToken at least 0
 * @param perRequest at least 0; such as what the time until its first token is worth
 */
public record Preference(double perInputToken, double perOutputToken, double perRequest) {
  /** Costs nothing: with it everywhere, configured order alone decides. */
  public static final Preference NONE = new Preference(0, 0, 0);

  public Preference {
    if (!(perInputToken >= 0 && perOutputToken >= 0 && perRequest >= 0)
        || Double.isInfinite(perInputToken + perOutputToken + perRequest)) {
      throw new IllegalArgumentException(
          "preference: " + perInputToken + ", " + perOutputToken + ", " + perRequest + " (expected: finite, each >= 0)");
    }
  }

  /** The score of a request of {@code cost}; lower is better. */
  public double score(TokenCost cost) {
    return perInputToken * cost.inputTokens() + perOutputToken * cost.outputTokens() + perRequest;
  }
}
