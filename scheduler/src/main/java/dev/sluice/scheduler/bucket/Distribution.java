// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler.bucket;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/** How a pool's capacity is dealt out to its buckets. */
public final class Distribution {
  private Distribution() {}

  /** Shares of which each is {@code ratio} times the one before. */
  public static List<Double> exponential(int count, double ratio) {
    return DoubleStream.iterate(1, share -> share * ratio).limit(count).boxed().toList();
  }

  /** Shares that fall in equal steps, the last one step above nothing. */
  public static List<Double> linear(int count) {
    return IntStream.range(0, count).mapToObj(bucket -> (double) (count - bucket)).toList();
  }

  /**
   * Whole tokens per second in proportion to {@code shares}, that add up to exactly {@code poolTokensPerSecond}; no bucket gets less
   * than 1, at the expense of the largest. Rounded by largest remainder, the better bucket first among equals.
   *
   * @param shares above 0, on any scale
   * @param poolTokensPerSecond at least the number of shares
   */
  public static long[] guarantees(List<Double> shares, long poolTokensPerSecond) {
    int count = shares.size();
    if (poolTokensPerSecond < count) {
      throw new IllegalArgumentException("poolTokensPerSecond: " + poolTokensPerSecond + " (expected: >= " + count + ", one for each bucket)");
    }
    double sum = shares.stream().mapToDouble(Double::doubleValue).sum();
    double[] remainders = new double[count];
    long[] guarantees = new long[count];
    long rest = poolTokensPerSecond;
    for (int i = 0; i < count; i++) {
      double exact = shares.get(i) / sum * poolTokensPerSecond;
      guarantees[i] = Math.max(1, (long) exact);
      remainders[i] = exact - guarantees[i];
      rest -= guarantees[i];
    }
    List<Integer> byRemainder = new ArrayList<>(IntStream.range(0, count).boxed().toList());
    byRemainder.sort(Comparator.comparingDouble((Integer i) -> -remainders[i]).thenComparingInt(i -> i));
    for (int i = 0; rest > 0; i = (i + 1) % count) {
      guarantees[byRemainder.get(i)]++;
      rest--;
    }
    for (; rest < 0; rest++) {
      guarantees[largest(guarantees)]--;
    }
    return guarantees;
  }

  private static int largest(long[] guarantees) {
    int largest = 0;
    for (int i = 1; i < guarantees.length; i++) {
      largest = guarantees[i] > guarantees[largest] ? i : largest;
    }
    return largest;
  }
}
