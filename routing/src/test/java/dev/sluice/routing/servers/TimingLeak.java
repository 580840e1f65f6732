// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.servers;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;

/**
 * Whether the time a call takes tells two kinds of input apart, as in "Dude, is my code constant time?" (Reparaz, Balasch and Verbauwhede, 2017): calls
 * with either kind in random order, and Welch's t-test on their times, also of the quicker ones alone, since the slowest are other programs' doing.
 */
public final class TimingLeak {
  /** Beyond which a difference is no chance. */
  public static final double BOUND = 4.5;

  private static final double[] KEPT = {1, 0.99, 0.9, 0.75, 0.5};
  private static final int WARM_UP = 20_000;

  /** Calls of each kind. */
  private static final int SAMPLES = 1_000_000;

  private TimingLeak() {}

  /** A leak shows every time; what a busy machine does to one kind does not. */
  private static final int ATTEMPTS = 3;

  /**
   * The largest of the statistics, without its sign, of the first attempt within the bound, or the least of all. Before each call an input of either kind is made, in either order, so that they differ in nothing
   * but what they say.
   *
   * @param call takes an input, and returns something that depends on the outcome
   */
  public static <T> double of(Supplier<T> one, Supplier<T> other, ToLongFunction<T> call) {
    double least = Double.POSITIVE_INFINITY;
    for (int attempt = 0; attempt < ATTEMPTS && least > BOUND; attempt++) {
      least = Math.min(least, attempt(one, other, call, new SplittableRandom(56 + attempt)));
    }
    return least;
  }

  private static <T> double attempt(Supplier<T> one, Supplier<T> other, ToLongFunction<T> call, SplittableRandom random) {
    long blackhole = 0;
    for (int i = 0; i < WARM_UP; i++) {
      blackhole += call.applyAsLong(one.get()) + call.applyAsLong(other.get());
    }
    double[][] nanos = new double[2][SAMPLES];
    int[] next = new int[2];
    while (next[0] < SAMPLES || next[1] < SAMPLES) {
      int kind = next[0] == SAMPLES ? 1 : next[1] == SAMPLES ? 0 : random.nextInt(2);
      boolean oneFirst = random.nextBoolean();
      T first = oneFirst ? one.get() : other.get();
      T second = oneFirst ? other.get() : one.get();
      T input = (kind == 0) == oneFirst ? first : second;
      long begun = System.nanoTime();
      blackhole += call.applyAsLong(input);
      nanos[kind][next[kind]++] = System.nanoTime() - begun;
    }
    if (blackhole == 42) {
      System.out.println("as good a sum as any");
    }
    double[] all = Arrays.copyOf(nanos[0], 2 * SAMPLES);
    System.arraycopy(nanos[1], 0, all, SAMPLES, SAMPLES);
    Arrays.sort(all);
    double largest = 0;
    for (double part : KEPT) {
      double most = all[(int) Math.min(all.length - 1.0, part * all.length)];
      largest = Math.max(largest, Math.abs(welch(upTo(nanos[0], most), upTo(nanos[1], most))));
    }
    return largest;
  }

  private static double[] upTo(double[] values, double most) {
    return Arrays.stream(values).filter(value -> value <= most).toArray();
  }

  private static double welch(double[] one, double[] other) {
    double error = Math.sqrt(variance(one) / one.length + variance(other) / other.length);
    return error == 0 ? 0 : (mean(one) - mean(other)) / error;
  }

  private static double mean(double[] values) {
    return Arrays.stream(values).average().orElse(0);
  }

  private static double variance(double[] values) {
    double mean = mean(values);
    return Arrays.stream(values).map(value -> (value - mean) * (value - mean)).sum() / Math.max(1, values.length - 1);
  }
}
