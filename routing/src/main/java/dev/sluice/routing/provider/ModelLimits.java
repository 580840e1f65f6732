// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.provider;

/**
 * What one provider can do for one model; {@code MAX_VALUE} means unlimited. Immutable.
 *
 * @param tokensPerSecond LLM tokens a second, prompt and output together; at least 1
 * @param requestsPerSecond at least 1
 * @param maxConcurrent requests at a time; at least 1
 * @param maxContextTokens prompt and output of one request; at least 1
 */
public record ModelLimits(
    long tokensPerSecond, int requestsPerSecond, int maxConcurrent, long maxContextTokens) {
  public ModelLimits {
    if (tokensPerSecond < 1 || requestsPerSecond < 1 || maxConcurrent < 1 || maxContextTokens < 1) {
      throw new IllegalArgumentException("limits: below 1 (expected: each >= 1)");
    }
  }
}
