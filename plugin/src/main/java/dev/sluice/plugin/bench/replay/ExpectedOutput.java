// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.bench.replay;

import dev.sluice.plugin.bench.trace.TraceRequest;

/** Foretells how long an answer will be. Not thread-safe. */
public interface ExpectedOutput {
  /** Output tokens to expect; at least 1, at most the caller's limit. */
  long tokens(TraceRequest request);

  /** A request ended with this many. */
  void learn(TraceRequest request, long outputTokens);

  /** Knows nothing: 256, or the caller's limit if that is less. */
  static ExpectedOutput blind() {
    return fixed(256);
  }

  /** Expects so many of every answer, or the caller's limit if that is less. */
  static ExpectedOutput fixed(long outputTokens) {
    return new ExpectedOutput() {
      @Override
      public long tokens(TraceRequest request) {
        return Math.max(1, Math.min(outputTokens, request.maxOutputTokens()));
      }

      @Override
      public void learn(TraceRequest request, long outputTokens) {}
    };
  }
}
