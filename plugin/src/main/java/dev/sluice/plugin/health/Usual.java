// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.health;

import java.util.OptionalDouble;

/**
 * The usual size of something, as a moving mean that outliers move little. Not thread-safe; confined to its owner's lock.
 *
 * <p>A value counts at most as {@code cap} times the mean, and one that is out of line counts little, so that a provider that turns
 * slow is noticed long before it seems usual, and yet is taken for usual in the end.
 */
final class Usual {
  private static final double WEIGHT = 1.0 / 16;
  private static final double LITTLE = 1.0 / 256;
  private static final int EVIDENCE = 8;

  private final double cap;
  private double mean;
  private int count;

  Usual(double cap) {
    this.cap = cap;
  }

  /** Takes a value in; {@code outOfLine} if it is not what it should be. */
  void learn(double value, boolean outOfLine) {
    if (count < EVIDENCE) {
      count++;
      mean += (value - mean) / count;
    } else {
      mean += (Math.min(value, mean * cap) - mean) * (outOfLine ? LITTLE : WEIGHT);
    }
  }

  /** The mean; empty while too little is known. */
  OptionalDouble mean() {
    return count < EVIDENCE ? OptionalDouble.empty() : OptionalDouble.of(mean);
  }
}
