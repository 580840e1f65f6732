// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.bench.trace;

import java.util.SplittableRandom;

/** Ranks by Zipf's law: rank k is drawn in proportion to {@code 1 / (k + 1)^exponent}. Immutable. */
final class Zipf {
  private final double[] cumulative;

  Zipf(int ranks, double exponent) {
    cumulative = new double[ranks];
    double sum = 0;
    for (int k = 0; k < ranks; k++) {
      sum += Math.pow(k + 1, -exponent);
      cumulative[k] = sum;
    }
  }

  /** A rank, 0 the most frequent. */
  int draw(SplittableRandom random) {
    double dice = random.nextDouble() * cumulative[cumulative.length - 1];
    int rank = 0;
    while (rank < cumulative.length - 1 && dice >= cumulative[rank]) {
      rank++;
    }
    return rank;
  }
}
