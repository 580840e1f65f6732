// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler;

import dev.sluice.scheduler.capacity.Saturating;
import java.util.Set;

/**
 * A request for capacity, as the scheduler sees it. Immutable.
 *
 * @param flow the unit of fairness, by default the account; not blank
 * @param lane index of the lane to wait in, 0 the most important; values beyond the last lane mean the last
 * @param cost estimated tokens, what the lease will reserve
 * @param maxOutputTokens upper bound of the answer's length, from which the lease's life follows; at least
 *     {@code cost.outputTokens()}; {@link #UNBOUNDED} where nobody set one
 * @param bytes memory the caller holds while this request waits; counts against the byte bounds; at least 0
 * @param maxWaitNanos the caller's own patience; the lane's limit applies too; {@link Long#MAX_VALUE} for none
 * @param providers names of the providers this request may go to; empty means any
 * @param expectedOutputTokens mean output of requests like this one, by which requests and flows are compared; what the lease reserves
 *     may be more; 0..{@link TokenCost#MAX_TOKENS}
 * @param weight the flow's share against other flows of its lane; {@link #MIN_WEIGHT}..{@link #MAX_WEIGHT}, 1 is usual
 * @param maxFlowDepth requests of the flow that may wait in the lane, if less than the pool's own bound; at least 0
 */
public record WorkRequest(
    String flow,
    int lane,
    TokenCost cost,
    long maxOutputTokens,
    long bytes,
    long maxWaitNanos,
    Set<String> providers,
    long expectedOutputTokens,
    double weight,
    int maxFlowDepth) {
  /** Stands for an answer whose length nobody limited: its lease lives as long as any, and its context is judged by the estimate. */
  public static final long UNBOUNDED = Long.MAX_VALUE;

  private static final long MAX_SERVICE = (1 + TokenCost.OUTPUT_WEIGHT) * TokenCost.MAX_TOKENS;

  /** The least weight of a flow. */
  public static final double MIN_WEIGHT = 0.01;

  /** The greatest weight of a flow. */
  public static final double MAX_WEIGHT = 100;

  /** A request whose answer is expected to be as long as its cost says. */
  public WorkRequest(
      String flow,
      int lane,
      TokenCost cost,
      long maxOutputTokens,
      long bytes,
      long maxWaitNanos,
      Set<String> providers,
      double weight,
      int maxFlowDepth) {
    this(flow, lane, cost, maxOutputTokens, bytes, maxWaitNanos, providers, cost.outputTokens(), weight, maxFlowDepth);
  }

  /** The same of a flow that is as any other. */
  public WorkRequest(
      String flow, int lane, TokenCost cost, long maxOutputTokens, long bytes, long maxWaitNanos, Set<String> providers) {
    this(flow, lane, cost, maxOutputTokens, bytes, maxWaitNanos, providers, 1, Integer.MAX_VALUE);
  }

  public WorkRequest {
    if (flow.isBlank()) {
      throw new IllegalArgumentException("flow: blank (expected: a name)");
    }
    if (lane < 0) {
      throw new IllegalArgumentException("lane: " + lane + " (expected: >= 0)");
    }
    if (maxOutputTokens < cost.outputTokens()) {
      throw new IllegalArgumentException("maxOutputTokens: " + maxOutputTokens + " (expected: >= " + cost.outputTokens() + ")");
    }
    if (bytes < 0) {
      throw new IllegalArgumentException("bytes: " + bytes + " (expected: >= 0)");
    }
    if (maxWaitNanos < 0) {
      throw new IllegalArgumentException("maxWaitNanos: " + maxWaitNanos + " (expected: >= 0)");
    }
    if (expectedOutputTokens < 0 || expectedOutputTokens > TokenCost.MAX_TOKENS) {
      throw new IllegalArgumentException(
          "expectedOutputTokens: " + expectedOutputTokens + " (expected: 0.." + TokenCost.MAX_TOKENS + ")");
    }
    if (!(weight >= MIN_WEIGHT && weight <= MAX_WEIGHT)) {
      throw new IllegalArgumentException("weight: " + weight + " (expected: " + MIN_WEIGHT + ".." + MAX_WEIGHT + ")");
    }
    if (maxFlowDepth < 0) {
      throw new IllegalArgumentException("maxFlowDepth: " + maxFlowDepth + " (expected: >= 0)");
    }
    providers = Set.copyOf(providers);
  }

  /** The same for a flow of another weight and depth; a weight out of range counts as the nearest within. */
  public WorkRequest withFlow(double otherWeight, int otherMaxDepth) {
    return new WorkRequest(
        flow, lane, cost, maxOutputTokens, bytes, maxWaitNanos, providers, expectedOutputTokens,
        Math.clamp(otherWeight, MIN_WEIGHT, MAX_WEIGHT), otherMaxDepth);
  }

  /** The same with an answer expected to be so long. */
  public WorkRequest withExpectedOutput(long tokens) {
    return new WorkRequest(
        flow, lane, cost, maxOutputTokens, bytes, maxWaitNanos, providers, Math.min(tokens, TokenCost.MAX_TOKENS), weight, maxFlowDepth);
  }

  /** The same for {@code others} instead, after having waited for {@code waitedNanos} already. */
  public WorkRequest elsewhere(Set<String> others, long waitedNanos) {
    long left = maxWaitNanos == Long.MAX_VALUE ? maxWaitNanos : Math.max(0, maxWaitNanos - waitedNanos);
    return new WorkRequest(flow, lane, cost, maxOutputTokens, bytes, left, others, weight, maxFlowDepth);
  }

  /** What the request counts for among the flows of its lane; bounded, so that sums of a few million stay inside a long. */
  long service() {
    return service(new TokenCost(cost.inputTokens(), expectedOutputTokens));
  }

  /** As {@link #service()}, had it cost {@code actual}. */
  long service(TokenCost actual) {
    return weight == 1 ? actual.service() : Math.min(Math.round(actual.service() / weight), MAX_SERVICE);
  }

  /** Tokens the request may occupy of a provider's context window: prompt plus the longest answer, saturating. */
  public long contextTokens() {
    return Saturating.add(cost.inputTokens(), maxOutputTokens == UNBOUNDED ? cost.outputTokens() : maxOutputTokens);
  }
}
