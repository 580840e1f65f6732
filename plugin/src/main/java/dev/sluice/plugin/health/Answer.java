// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.health;

import java.util.OptionalLong;

/** How a provider answered a request. */
public sealed interface Answer {
  /**
   * It served, or refused for the caller's own fault.
   *
   * @param firstByteNanos time to the first byte, if known
   * @param tookNanos the whole time, if known
   * @param expectedNanos the time that the configured pace gives for what was used; at least 1
   */
  record Served(OptionalLong firstByteNanos, OptionalLong tookNanos, long expectedNanos, boolean stream) implements Answer {}

  /** It failed, was not reached, or did not know our credentials; {@code retryAfterNanos} if it said when to come again. */
  record Failed(OptionalLong retryAfterNanos) implements Answer {}

  /** It was asked for too much. */
  record Throttled(OptionalLong retryAfterNanos) implements Answer {}

  /** Nothing can be said: the caller left. */
  record Unknown() implements Answer {}
}
