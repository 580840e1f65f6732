// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.slice;

import java.util.Arrays;

/**
 * Divides a capacity by weighted max-min fairness (progressive filling; Bertsekas and Gallager, Data Networks, 6.5.2): nobody gets more than it
 * can use while others want more, what is wanted beyond is divided by weight, and what nobody wants is divided evenly.
 */
final class FairParts {
  private FairParts() {}

  /** Who takes part. Immutable; {@code demand} is at least 0 and {@code weight} at least 1. */
  record Member(long demand, long weight) {}

  /**
   * The parts of all members, in their order; each is at least 1, even if there are more members than units, and otherwise they add up to
   * {@code capacity}. A unit that can't be divided goes to whose remainder is the largest, of equal ones to the first.
   *
   * @param capacity at least 1, at most 2<sup>31</sup>
   */
  static long[] of(long capacity, Member... members) {
    long[] parts = new long[members.length];
    Arrays.fill(parts, 1);
    long left = capacity - members.length;
    if (left <= 0) {
      return parts;
    }
    long[] wanted = new long[members.length];
    for (int i = 0; i < members.length; i++) {
      wanted[i] = Math.max(0, Math.min(members[i].demand(), capacity) - 1);
    }
    long[] weights = open(members, wanted);
    while (left > 0 && sum(weights) > 0) {
      long satisfied = satisfy(parts, wanted, weights, left);
      if (satisfied == 0) {
        divide(left, weights, parts);
        return parts;
      }
      left -= satisfied;
      weights = open(members, wanted);
    }
    long[] even = new long[members.length];
    Arrays.fill(even, 1);
    divide(left, even, parts);
    return parts;
  }

  /** The weights of those who want more; 0 for the others. */
  private static long[] open(Member[] members, long[] wanted) {
    long[] weights = new long[members.length];
    for (int i = 0; i < members.length; i++) {
      weights[i] = wanted[i] > 0 ? members[i].weight() : 0;
    }
    return weights;
  }

  /** Gives those who want no more than their weights' part of {@code left} what they want; returns how much that was. */
  private static long satisfy(long[] parts, long[] wanted, long[] weights, long left) {
    long all = sum(weights);
    long given = 0;
    for (int i = 0; i < parts.length; i++) {
      if (weights[i] > 0 && wanted[i] <= left * weights[i] / all) {
        parts[i] += wanted[i];
        given += wanted[i];
        wanted[i] = 0;
      }
    }
    return given;
  }

  private static void divide(long units, long[] weights, long[] parts) {
    long all = sum(weights);
    long[] remainders = new long[parts.length];
    long left = units;
    for (int i = 0; i < parts.length; i++) {
      parts[i] += units * weights[i] / all;
      left -= units * weights[i] / all;
      remainders[i] = units * weights[i] % all;
    }
    for (; left > 0; left--) {
      int largest = 0;
      for (int i = 1; i < parts.length; i++) {
        largest = remainders[i] > remainders[largest] ? i : largest;
      }
      parts[largest]++;
      remainders[largest] = -1;
    }
  }

  private static long sum(long[] values) {
    return Arrays.stream(values).sum();
  }
}
