// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler;

import java.util.ArrayList;
import java.util.List;

/** Who held places when, as a list of intervals. Not thread-safe. */
final class NaiveUse {
  private static final long WINDOW = 30 * NaiveAccount.NANO;
  private static final long FOREVER = Long.MAX_VALUE;

  private final List<Holding> holdings = new ArrayList<>();

  /** What earlier windows left, halved with each. */
  private final long[] earlier = new long[SchedulerConfig.MAX_LANES];

  /** A tenth of a second for every start of this window. */
  private final long[] startsNanos = new long[SchedulerConfig.MAX_LANES];

  private long windowNanos;
  private long lastNanos;
  boolean scarce;
  long places;

  /** A place held by a lane's request; {@code until} is forever while it runs. */
  private record Holding(long id, int lane, long from, long until) {}

  NaiveUse(long nowNanos) {
    windowNanos = nowNanos;
  }

  void began(long id, int lane, long nowNanos) {
    roll(nowNanos);
    startsNanos[lane] += NaiveAccount.NANO / 10;
    holdings.add(new Holding(id, lane, nowNanos, FOREVER));
  }

  void ended(long id, long nowNanos) {
    roll(nowNanos);
    holdings.replaceAll(holding -> holding.id() == id ? new Holding(id, holding.lane(), holding.from(), nowNanos) : holding);
  }

  long held(int lane) {
    return holdings.stream().filter(holding -> holding.lane() == lane && holding.until() == FOREVER).count();
  }

  long recent(int lane) {
    return earlier[lane] + startsNanos[lane] + placeTime(lane, lastNanos);
  }

  private void roll(long nowNanos) {
    lastNanos = nowNanos;
    while (nowNanos - windowNanos >= WINDOW) {
      for (int i = 0; i < earlier.length; i++) {
        earlier[i] = (earlier[i] + startsNanos[i] + placeTime(i, windowNanos + WINDOW)) / 2;
        startsNanos[i] = 0;
      }
      windowNanos += WINDOW;
      holdings.removeIf(holding -> holding.until() <= windowNanos);
    }
  }

  private long placeTime(int lane, long untilNanos) {
    return holdings.stream()
        .filter(holding -> holding.lane() == lane)
        .mapToLong(holding -> Math.max(0, Math.min(holding.until(), untilNanos) - Math.max(holding.from(), windowNanos)))
        .sum();
  }
}
