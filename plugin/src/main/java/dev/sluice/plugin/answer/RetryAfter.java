// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.answer;

import java.time.Duration;

/** When a refused caller should come back. Immutable. */
public sealed interface RetryAfter {
  /** Longest wait ever asked for: the official clients take longer ones for no answer at all and choose their own. */
  Duration MAX = Duration.ofSeconds(60);

  /** Shortest wait ever asked for, so that a stampede is not invited back within one round trip. */
  Duration MIN = Duration.ofMillis(100);

  /** Nothing is known, or coming back is no use. */
  record Unknown() implements RetryAfter {}

  /**
   * Come back after this long.
   *
   * @param millis {@link #MIN} to {@link #MAX}
   */
  record After(long millis) implements RetryAfter {
    public After {
      if (millis < MIN.toMillis() || millis > MAX.toMillis()) {
        throw new IllegalArgumentException("millis: " + millis + " (expected: " + MIN.toMillis() + ".." + MAX.toMillis() + ")");
      }
    }

    /** Whole seconds, rounded up: 1 to 60. */
    public long seconds() {
      return (millis + 999) / 1000;
    }
  }

  static RetryAfter unknown() {
    return new Unknown();
  }

  /**
   * Spreads callers over half to one and a half times the predicted wait, so that those refused together don't return together.
   *
   * @param predicted when there may be room; brought into the allowed range
   * @param random in [0, 1), drawn by the caller
   */
  static RetryAfter around(Duration predicted, double random) {
    Duration bounded = clamp(predicted);
    long millis = (long) (bounded.toMillis() * (0.5 + random));
    return new After(Math.clamp(millis, MIN.toMillis(), MAX.toMillis()));
  }

  /** The instant an allowance renews, when it is near enough to wait for; {@link Unknown} when it is not. */
  static RetryAfter atReset(Duration untilReset) {
    return untilReset.compareTo(MAX) > 0 ? new Unknown() : new After(clamp(untilReset).toMillis());
  }

  private static Duration clamp(Duration wait) {
    if (wait.compareTo(MIN) < 0) {
      return MIN;
    }
    return wait.compareTo(MAX) > 0 ? MAX : wait;
  }
}
