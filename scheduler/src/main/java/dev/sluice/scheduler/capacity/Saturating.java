// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler.capacity;

/** Arithmetic on longs that stops at the ends of the range instead of wrapping. */
public final class Saturating {
  private Saturating() {}

  /** {@code a + b}, or the nearest long. */
  public static long add(long a, long b) {
    long sum = a + b;
    if (((a ^ sum) & (b ^ sum)) < 0) {
      return a < 0 ? Long.MIN_VALUE : Long.MAX_VALUE;
    }
    return sum;
  }

  /** {@code a - b}, or the nearest long. */
  public static long subtract(long a, long b) {
    long difference = a - b;
    if (((a ^ b) & (a ^ difference)) < 0) {
      return a < 0 ? Long.MIN_VALUE : Long.MAX_VALUE;
    }
    return difference;
  }

  /** {@code a * b}, or the nearest long. */
  public static long multiply(long a, long b) {
    long low = a * b;
    if (Math.multiplyHigh(a, b) != low >> 63) {
      return (a < 0) == (b < 0) ? Long.MAX_VALUE : Long.MIN_VALUE;
    }
    return low;
  }

  /**
   * About {@code a * b / c}: exact where the product fits a long, otherwise the quotient is rounded before multiplying.
   *
   * @param a at least 0
   * @param b at least 0
   * @param c at least 1
   */
  public static long scale(long a, long b, long c) {
    long product = multiply(a, b);
    return product == Long.MAX_VALUE ? multiply(Math.max(a, b) / c, Math.min(a, b)) : product / c;
  }
}
