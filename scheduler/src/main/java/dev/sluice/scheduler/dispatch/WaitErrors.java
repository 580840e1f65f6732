// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler.dispatch;

import dev.sluice.scheduler.cost.FadingHistogram;
import org.jspecify.annotations.Nullable;

/**
 * What became of waits that were foretold, lane by lane: the actual wait as a part of the predicted one. Not thread-safe; confined to the
 * pool's lock.
 *
 * <p>Only predictions long enough to be acted upon count.
 */
public final class WaitErrors {
  /** Shorter predictions say little, and nobody is sent away for them. */
  private static final long LEAST_NANOS = 100_000_000L;

  /** Actual waits from a 256th of the predicted one to 16 times it. */
  private static final FadingHistogram.Scale SCALE = new FadingHistogram.Scale(1 / 256.0, 8, 12);

  private static final int WINDOW = 256;

  /** With fewer waits than this nothing is known. */
  private static final int EVIDENCE = 32;

  /** The part of waits that may turn out shorter than {@link #leastNanos} says. */
  private static final double QUANTILE = 0.01;

  private final @Nullable FadingHistogram[] lanes;

  /** Nothing is known of any of {@code lanes}. */
  public WaitErrors(int lanes) {
    this.lanes = new @Nullable FadingHistogram[lanes];
  }

  /** A wait that was foretold is over, or has at least lasted for {@code actualNanos}. */
  public void add(int lane, long predictedNanos, long actualNanos) {
    if (predictedNanos >= LEAST_NANOS) {
      FadingHistogram errors = lanes[lane];
      if (errors == null) {
        errors = new FadingHistogram(SCALE, WINDOW);
        lanes[lane] = errors;
      }
      errors.add((double) actualNanos / predictedNanos);
    }
  }

  /** The wait that one foretold as {@code predictedNanos} exceeds in all but a few cases; at most that, and 0 while nothing is known. */
  public long leastNanos(int lane, long predictedNanos) {
    FadingHistogram errors = lanes[lane];
    if (errors == null || errors.evidence() < EVIDENCE || predictedNanos < LEAST_NANOS) {
      return 0;
    }
    return (long) (predictedNanos * Math.min(1, errors.quantile(QUANTILE).orElse(0)));
  }
}
