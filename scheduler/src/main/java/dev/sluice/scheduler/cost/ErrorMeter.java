// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler.cost;

/** How far estimates lie from what was reported, lately. Not thread-safe; confined to {@link LearnedCosts}' lock. */
final class ErrorMeter {
  private static final FadingHistogram.Scale SCALE = new FadingHistogram.Scale(1 / 1024.0, 4, 20);
  private static final int WINDOW = 1_024;
  private static final double P95 = 0.95;

  private final FadingHistogram errors = new FadingHistogram(SCALE, WINDOW);
  private double estimatedSum;
  private double reportedSum;

  void add(long estimated, long reported) {
    double fade = 1 - 1.0 / WINDOW;
    estimatedSum = estimatedSum * fade + estimated;
    reportedSum = reportedSum * fade + reported;
    errors.add(Math.abs((double) estimated - reported) / Math.max(1, reported));
  }

  /** What is estimated beyond what is reported, as a part of the latter; negative where too little is estimated. */
  double bias() {
    return reportedSum == 0 ? 0 : estimatedSum / reportedSum - 1;
  }

  /** The error, as a part of what was reported, that 95 % of the requests stay below. */
  double p95() {
    return errors.quantile(P95).orElse(0);
  }
}
