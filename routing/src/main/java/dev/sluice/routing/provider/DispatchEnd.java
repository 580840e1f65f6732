// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.provider;

import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * How a dispatched request ended. Immutable.
 *
 * @param status of the provider's answer; empty if none is known
 * @param promptTokens used; 0 where it was withdrawn
 * @param outputTokens used; 0 where it was withdrawn
 * @param reported whether the tokens are the provider's own count, not an estimate
 * @param durationNanos time the provider took; empty if unknown
 */
public record DispatchEnd(
    Kind kind, OptionalInt status, long promptTokens, long outputTokens, boolean reported, OptionalLong durationNanos) {
  /** What became of it. A closed set, fit for a metric label. */
  public enum Kind {
    /** The gateway reported its end, well or badly: the status says which. */
    SETTLED,
    /** Nobody reported its end in time; the tokens are the estimate. */
    EXPIRED,
    /** It was never sent, or given up before it was: nothing was used. */
    WITHDRAWN
  }

  /** The end of a request that was never sent. */
  public static final DispatchEnd WITHDRAWN =
      new DispatchEnd(Kind.WITHDRAWN, OptionalInt.empty(), 0, 0, false, OptionalLong.empty());

  /** The end of a request that nobody reported on. */
  public static DispatchEnd expired(long promptTokens, long outputTokens) {
    return new DispatchEnd(Kind.EXPIRED, OptionalInt.empty(), promptTokens, outputTokens, false, OptionalLong.empty());
  }
}
