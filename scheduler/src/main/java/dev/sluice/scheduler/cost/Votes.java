// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler.cost;

/**
 * What the typical account gets from one model: the median of the accounts' own expectations, one vote an account, and one for the
 * configured number. Not thread-safe; confined to {@link LearnedCosts}' lock.
 */
final class Votes {
  private final int[] byBin = new int[OutputHistory.SCALE.bins()];
  private int votes;

  void cast(int bin) {
    byBin[bin]++;
    votes++;
  }

  void withdraw(int bin) {
    byBin[bin]--;
    votes--;
  }

  /** The median in tokens; of two middle ones the greater. */
  double typical(double configured) {
    int configuredBin = OutputHistory.SCALE.bin(configured);
    int rank = (votes + 1) / 2;
    for (int bin = 0; bin < byBin.length; bin++) {
      rank -= byBin[bin] + (bin == configuredBin ? 1 : 0);
      if (rank < 0) {
        return bin == configuredBin ? configured : OutputHistory.SCALE.value(bin + 0.5);
      }
    }
    return configured;
  }
}
