// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.calibrate;

import java.util.Arrays;

/**
 * A mean and how sure it is. Immutable.
 *
 * @param halfWidth of the 95 % confidence interval; infinite for a single window
 * @param windows measured, at least 1
 */
public record Estimate(double mean, double halfWidth, int windows) {
  /** Student's t for 95 %, two-sided, by degrees of freedom from 1 on; 1.96 beyond. */
  private static final double[] T = {
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086,
    2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042
  };

  private static final double NORMAL = 1.96;

  /** The mean of windows of equal length, which are taken to be independent. */
  static Estimate of(double... windows) {
    double mean = Arrays.stream(windows).average().orElse(0);
    if (windows.length < 2) {
      return new Estimate(mean, Double.POSITIVE_INFINITY, windows.length);
    }
    double squares = Arrays.stream(windows).map(value -> (value - mean) * (value - mean)).sum();
    double deviation = Math.sqrt(squares / (windows.length - 1));
    double t = windows.length - 2 < T.length ? T[windows.length - 2] : NORMAL;
    return new Estimate(mean, t * deviation / Math.sqrt(windows.length), windows.length);
  }

  /** Half of the interval's width as a part of the mean. */
  double relative() {
    return mean == 0 ? Double.POSITIVE_INFINITY : halfWidth / mean;
  }
}
