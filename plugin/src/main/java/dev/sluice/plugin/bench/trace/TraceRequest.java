// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.bench.trace;

/**
 * One request of a trace. Immutable.
 *
 * @param arrivalNanos since the trace began, in nanoseconds
 * @param tenant who sends it; the flow of fairness
 * @param lane index of its lane, 0 the most important
 * @param inputTokens prompt tokens
 * @param outputTokens tokens really generated; policies don't see it before the request ends
 * @param maxOutputTokens the caller's limit, {@link #NO_LIMIT} for none
 */
public record TraceRequest(long arrivalNanos, String tenant, int lane, long inputTokens, long outputTokens, long maxOutputTokens) {
  /** Stands for a caller that sets no limit. */
  public static final long NO_LIMIT = Long.MAX_VALUE;

  public TraceRequest {
    if (arrivalNanos < 0 || lane < 0 || inputTokens < 0 || outputTokens < 0 || maxOutputTokens < outputTokens) {
      throw new IllegalArgumentException(
          "request: at " + arrivalNanos + " ns, lane " + lane + ", " + inputTokens + " in, " + outputTokens + " out, limit " + maxOutputTokens
              + " (expected: nothing negative, limit >= out)");
    }
  }

  /** This request with another arrival, tenant, lane or limit. */
  TraceRequest as(long newArrivalNanos, String newTenant, int newLane, long newMaxOutputTokens) {
    return new TraceRequest(newArrivalNanos, newTenant, newLane, inputTokens, outputTokens, newMaxOutputTokens);
  }
}
