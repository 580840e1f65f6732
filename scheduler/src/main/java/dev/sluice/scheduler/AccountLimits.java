// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler;

import dev.sluice.scheduler.capacity.TokenBucket;

/**
 * What a provider can take of one model. Immutable. The maximum of each type means no limit.
 *
 * @param tokensPerSecond LLM tokens per second, in and out; 1..10<sup>9</sup> or {@link Long#MAX_VALUE}
 * @param requestsPerSecond 1..10<sup>9</sup> or {@link Integer#MAX_VALUE}
 * @param maxConcurrent requests at a time; at least 1
 * @param maxContextTokens prompt and longest answer of one request together; at least 1
 */
public record AccountLimits(
    long tokensPerSecond, int requestsPerSecond, int maxConcurrent, long maxContextTokens, LeaseLife leaseLife) {
  public AccountLimits {
    if (tokensPerSecond != Long.MAX_VALUE) {
      Expect.range("tokensPerSecond", tokensPerSecond, 1, TokenBucket.MAX_RATE_PER_SECOND);
    }
    if (requestsPerSecond != Integer.MAX_VALUE) {
      Expect.range("requestsPerSecond", requestsPerSecond, 1, TokenBucket.MAX_RATE_PER_SECOND);
    }
    Expect.range("maxConcurrent", maxConcurrent, 1, Integer.MAX_VALUE);
    Expect.range("maxContextTokens", maxContextTokens, 1, Long.MAX_VALUE);
  }

  /** Requests per second as a bucket's rate. */
  long requestRate() {
    return requestsPerSecond == Integer.MAX_VALUE ? TokenBucket.UNLIMITED : requestsPerSecond;
  }
}
