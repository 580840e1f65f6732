// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler;

/**
 * What a provider's rates still hold at one moment. Immutable. A rate is also the most that is ever left of it; {@link
 * Long#MAX_VALUE} stands for no limit, in the rate and in what is left.
 *
 * @param tokensPerSecond LLM tokens per second
 * @param availableTokens left of them; negative for debt
 * @param requestsPerSecond requests per second
 * @param availableRequests left of them; negative for debt
 */
public record Headroom(long tokensPerSecond, long availableTokens, long requestsPerSecond, long availableRequests) {}
