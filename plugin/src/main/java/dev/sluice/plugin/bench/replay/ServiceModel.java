// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.bench.replay;

import dev.sluice.plugin.bench.trace.Trace;
import dev.sluice.plugin.bench.trace.TraceRequest;

/**
 * How long a request holds one of a provider's identical slots: prompt tokens over the prefill rate plus a fixed time an output token, as
 * in a saturated batch. Immutable.
 *
 * @param prefillTokensPerSecond of one slot; more than 0
 * @param outputTokenNanos time to generate a token, in nanoseconds
 */
public record ServiceModel(double prefillTokensPerSecond, long outputTokenNanos) {
  /** 8 000 prompt tokens a second and 40 ms an output token. */
  public static final ServiceModel REFERENCE = new ServiceModel(8_000, 40_000_000L);

  private static final double NANOS = 1e9;

  /** Slot time of so many tokens, in nanoseconds. */
  public long nanos(long inputTokens, long outputTokens) {
    return Math.round(inputTokens / prefillTokensPerSecond * NANOS) + outputTokens * outputTokenNanos;
  }

  public long nanos(TraceRequest request) {
    return nanos(request.inputTokens(), request.outputTokens());
  }

  /** Time from start to first token, in nanoseconds. */
  public long firstTokenNanos(TraceRequest request) {
    return nanos(request.inputTokens(), Math.min(1, request.outputTokens()));
  }

  /** Slots at which the trace offers {@code load} times what they can serve; at least 1. */
  public int slots(Trace trace, double load) {
    return (int) Math.max(1, Math.rint(load(trace, 1) / load));
  }

  /** The trace's work by what so many slots can serve until its last arrival. */
  public double load(Trace trace, int slots) {
    double work = trace.requests().stream().mapToLong(this::nanos).sum();
    return work / Math.max(1, trace.spanNanos()) / slots;
  }
}
