// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.context;

import java.util.OptionalLong;

/**
 * How requests of a model and a level are guarded. Immutable.
 *
 * @param limit tokens of prompt and answer; empty leaves it to the providers
 * @param reserve tokens kept for an answer whose length the caller did not limit, and the least that a lowered limit leaves; at least 1
 * @param maxOutput the most that one answer may be allowed; empty for no bound of its own
 */
public record ContextTerms(
    OptionalLong limit, Strategy strategy, long reserve, OutputPolicy output, OptionalLong maxOutput, Counting counting) {
  /**
   * How prompts are counted. Immutable.
   *
   * @param marginPercent by how much counts are raised, since a provider may count otherwise; 0..100
   */
  public record Counting(Vocabulary vocabulary, int marginPercent) {
    public Counting {
      if (marginPercent < 0 || marginPercent > 100) {
        throw new IllegalArgumentException("marginPercent: " + marginPercent + " (expected: 0..100)");
      }
    }

    /** Counted tokens and the margin. */
    long raised(long tokens) {
      return tokens + Math.ceilDiv(tokens * marginPercent, 100);
    }

    /** The most counted tokens that {@link #raised} makes no more than {@code tokens} of; below 0 if that is. */
    long lowered(long tokens) {
      if (tokens < 0) {
        return -1;
      }
      long counted = tokens * 100 / (100 + marginPercent);
      while (raised(counted) > tokens) {
        counted--;
      }
      return counted;
    }
  }

  public ContextTerms {
    if (reserve < 1) {
      throw new IllegalArgumentException("reserve: " + reserve + " (expected: >= 1)");
    }
  }
}
