// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler.share;

import dev.sluice.scheduler.capacity.Saturating;

/**
 * The places each lane of a pool holds now and lately held. Not thread-safe; confined to the pool's lock.
 *
 * <p>"Lately" is place-time that is halved every {@link #WINDOW_NANOS}, about as long as requests may wait: a lane whose work comes in
 * bursts is lent more in a burst for having held little before it. The memory is as of the last start or end, so the mere passing of time
 * changes nothing.
 */
public final class LaneUse {
  /** How often the memory is halved. */
  public static final long WINDOW_NANOS = 30_000_000_000L;

  /** A start counts for so much beside the time it holds its place, so that starts at one instant are spread over lanes. */
  public static final long START_NANOS = 100_000_000L;

  /** After so many halvings of a steady use nothing changes any more. */
  private static final long MAX_HALVINGS = 64;

  /** Ends are counted in this many parts, so that halving keeps them apart from none. */
  private static final long ENDS_SCALE = 1L << 10;

  private final int[] held;
  private final long[] recentNanos;
  private final long[] endedNanos;
  private final long[] recentEnds;
  private long observedAtNanos;
  private long halvedAtNanos;
  private long places;
  private boolean scarce;

  /** Nothing held by any of {@code lanes}. */
  public LaneUse(int lanes, long nowNanos) {
    this.held = new int[lanes];
    this.recentNanos = new long[lanes];
    this.endedNanos = new long[lanes];
    this.recentEnds = new long[lanes];
    this.observedAtNanos = nowNanos;
    this.halvedAtNanos = nowNanos;
  }

  /** Says how many requests the pool may run at a time. */
  public void places(long count) {
    places = count;
  }

  /** How many requests the pool may run at a time. */
  public long places() {
    return places;
  }

  /** Says whether places, not tokens, are what waiters wait for; returns whether that is new. */
  public boolean scarce(boolean nowScarce) {
    boolean turned = scarce != nowScarce;
    scarce = nowScarce;
    return turned;
  }

  /** True if places, not tokens, are what waiters wait for. */
  public boolean isScarce() {
    return scarce;
  }

  /** A request of a lane got a place. */
  public void began(int lane, long nowNanos) {
    observe(nowNanos);
    held[lane]++;
    recentNanos[lane] = Saturating.add(recentNanos[lane], START_NANOS);
  }

  /** A request of a lane left the place that it had held for {@code holdNanos}. */
  public void ended(int lane, long holdNanos, long nowNanos) {
    observe(nowNanos);
    held[lane]--;
    endedNanos[lane] = Saturating.add(endedNanos[lane], holdNanos);
    recentEnds[lane] += ENDS_SCALE;
  }

  /** Requests of a lane that run. */
  public int held(int lane) {
    return held[lane];
  }

  /** Place-time a lane lately held, in nanoseconds times places. */
  public long recentNanos(int lane) {
    return recentNanos[lane];
  }

  /** Place-time all lanes lately held. */
  public long recentNanos() {
    long sum = 0;
    for (long lane : recentNanos) {
      sum = Saturating.add(sum, lane);
    }
    return sum;
  }

  /**
   * How long those of a lane that ended lately had held their places, on average; 0 if none did. Those that still hold theirs don't count:
   * soon after a burst began nearly all do, whatever they are going to take.
   */
  public long meanHoldNanos(int lane) {
    return recentEnds[lane] == 0 ? 0 : Saturating.scale(endedNanos[lane], ENDS_SCALE, recentEnds[lane]);
  }

  private void observe(long nowNanos) {
    long due = (nowNanos - halvedAtNanos) / WINDOW_NANOS;
    if (due > MAX_HALVINGS) {
      halvedAtNanos += (due - MAX_HALVINGS) * WINDOW_NANOS;
      observedAtNanos = halvedAtNanos;
    }
    while (nowNanos - halvedAtNanos >= WINDOW_NANOS) {
      halvedAtNanos += WINDOW_NANOS;
      accumulate(halvedAtNanos);
      for (int lane = 0; lane < held.length; lane++) {
        recentNanos[lane] /= 2;
        endedNanos[lane] /= 2;
        recentEnds[lane] /= 2;
      }
    }
    accumulate(nowNanos);
  }

  private void accumulate(long untilNanos) {
    long elapsedNanos = untilNanos - observedAtNanos;
    if (elapsedNanos > 0) {
      observedAtNanos = untilNanos;
      for (int lane = 0; lane < held.length; lane++) {
        long placeTime = Saturating.multiply(held[lane], elapsedNanos);
        recentNanos[lane] = Saturating.add(recentNanos[lane], placeTime);
      }
    }
  }
}
