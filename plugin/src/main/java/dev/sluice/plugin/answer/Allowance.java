// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.answer;

import java.time.Duration;

/**
 * What is left of one limit. Immutable.
 *
 * @param unit what the limit counts
 * @param limit most that may be used when nothing is; at least 0
 * @param remaining may still be used now; 0 to {@code limit}
 * @param untilReset until all of it may be used again; not negative
 */
public record Allowance(Unit unit, long limit, long remaining, Duration untilReset) {
  /** What a limit counts. */
  public enum Unit {
    REQUESTS("requests"),
    TOKENS("tokens");

    private final String label;

    Unit(String label) {
      this.label = label;
    }

    String label() {
      return label;
    }
  }

  public Allowance {
    if (limit < 0) {
      throw new IllegalArgumentException("limit: " + limit + " (expected: >= 0)");
    }
    if (remaining < 0 || remaining > limit) {
      throw new IllegalArgumentException("remaining: " + remaining + " (expected: 0.." + limit + ")");
    }
    if (untilReset.isNegative()) {
      throw new IllegalArgumentException("untilReset: " + untilReset + " (expected: not negative)");
    }
  }
}
