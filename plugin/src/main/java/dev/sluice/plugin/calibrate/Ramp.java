// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.calibrate;

import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;

/**
 * Looks for the least number of requests at a time that gets nearly all an endpoint can give. Not thread-safe.
 *
 * <p>The number doubles until tokens per second twice in a row grow by less than {@link #GAIN}, an answer is no longer acceptable, or the most
 * is reached. What lies between is then halved a few times: first up to where answers stop being acceptable, then down to where tokens
 * per second would fall below {@link #ENOUGH} of the best.
 */
final class Ramp {
  private static final double GAIN = 1.05;
  private static final double ENOUGH = 0.97;
  private static final int HALVINGS = 3;

  private final int most;
  private final TreeMap<Integer, Point> points = new TreeMap<>();
  private int halvedUp;
  private int halvedDown;

  private record Point(double tokensPerSecond, boolean acceptable) {}

  /** A ramp up to {@code most} requests at a time, at least 1. */
  Ramp(int most) {
    this.most = most;
  }

  /** Takes in what so many requests at a time came to. */
  void measured(int concurrency, double tokensPerSecond, boolean acceptable) {
    points.put(concurrency, new Point(tokensPerSecond, acceptable));
  }

  /** What to try next; empty when there is nothing left to find out. */
  OptionalInt next() {
    if (points.isEmpty()) {
      return OptionalInt.of(1);
    }
    int top = points.lastKey();
    boolean allGood = points.values().stream().allMatch(Point::acceptable);
    Integer before = points.lowerKey(top);
    if (allGood && top < most && !(flat(top) && before != null && flat(before))) {
      return OptionalInt.of(Math.min(most, 2 * top));
    }
    OptionalInt best = best();
    if (best.isEmpty()) {
      return OptionalInt.empty();
    }
    int good = highestGood();
    Integer bad = points.higherKey(good);
    if (bad != null && !flat(good) && bad - good > Math.max(1, good / 4) && halvedUp < HALVINGS) {
      halvedUp++;
      return OptionalInt.of((good + bad) / 2);
    }
    int chosen = best.getAsInt();
    Integer below = points.lowerKey(chosen);
    if (below != null && chosen - below > Math.max(1, chosen / 8) && halvedDown < HALVINGS) {
      halvedDown++;
      return OptionalInt.of((below + chosen) / 2);
    }
    return OptionalInt.empty();
  }

  private int highestGood() {
    return points.entrySet().stream().filter(point -> point.getValue().acceptable()).mapToInt(Map.Entry::getKey).max().orElse(0);
  }

  /** Whether {@code concurrency} got hardly more than fewer requests at a time did. */
  private boolean flat(int concurrency) {
    double before = points.headMap(concurrency).values().stream().filter(Point::acceptable).mapToDouble(Point::tokensPerSecond).max().orElse(0);
    Point point = points.get(concurrency);
    return before > 0 && point != null && point.tokensPerSecond() < GAIN * before;
  }

  /** The least number of requests at a time that is acceptable and gets nearly all; empty if none is acceptable. */
  OptionalInt best() {
    double top = points.values().stream().filter(Point::acceptable).mapToDouble(Point::tokensPerSecond).max().orElse(0);
    return points.entrySet().stream()
        .filter(point -> point.getValue().acceptable() && point.getValue().tokensPerSecond() >= ENOUGH * top)
        .mapToInt(Map.Entry::getKey)
        .min();
  }
}
