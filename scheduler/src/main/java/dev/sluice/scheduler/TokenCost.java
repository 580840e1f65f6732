// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler;

/**
 * LLM tokens of one request, estimated or reported. Immutable.
 *
 * @param inputTokens prompt tokens, cached ones included; at least 0
 * @param outputTokens generated tokens; at least 0
 */
public record TokenCost(long inputTokens, long outputTokens) {
  /** Output counts this much more than input when flows are compared, as in VTC (Sheng et al., OSDI 2024). */
  public static final long OUTPUT_WEIGHT = 2;

  /** Beyond this a single request is nonsense; keeps every sum of a few million requests inside a long. */
  public static final long MAX_TOKENS = 1L << 40;

  public static final TokenCost ZERO = new TokenCost(0, 0);

  public TokenCost {
    if (inputTokens < 0 || inputTokens > MAX_TOKENS) {
      throw new IllegalArgumentException("inputTokens: " + inputTokens + " (expected: 0.." + MAX_TOKENS + ")");
    }
    if (outputTokens < 0 || outputTokens > MAX_TOKENS) {
      throw new IllegalArgumentException("outputTokens: " + outputTokens + " (expected: 0.." + MAX_TOKENS + ")");
    }
  }

  /** What the request takes of a provider's tokens per second. */
  public long total() {
    return inputTokens + outputTokens;
  }

  /** What the request counts for in fair queueing. */
  public long service() {
    return inputTokens + OUTPUT_WEIGHT * outputTokens;
  }
}
