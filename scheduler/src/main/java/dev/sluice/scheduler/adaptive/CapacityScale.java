// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler.adaptive;

/**
 * The part of its configured capacity that one provider is given for one model, {@code least}..1. Not thread-safe; confined to its
 * owner's lock.
 *
 * <p>Being throttled once, or late or failed answers beyond a quarter, lower the scale by a fifth. Only requests that started
 * after the last decrease count, for earlier ones say nothing about its effect. With good answers the scale grows by the time since
 * the answer before: quickly up to just below where it last was too much, slowly beyond, so that it stays near what the provider
 * bears. Silence is no good news: an overloaded provider answers late.
 */
public final class CapacityScale {
  private static final double DECREASE = 0.8;
  private static final double NEAR_CEILING = 0.95;
  private static final double QUICK_PER_NANO = 0.05 / 1e9;
  private static final double SLOW_PER_NANO = 0.01 / 1e9;

  /** However long nothing was heard, one good answer is worth this time at most. */
  private static final long MOST_CREDIT_NANOS = 5_000_000_000L;

  /** About so many answers decide what part of them is bad. */
  private static final double MEMORY = 16;

  private static final double TOLERATED = 0.25;

  private final double least;
  private double scale = 1;
  private double ceiling = 1;
  private double badPart;
  private long grownAtNanos;
  private long decreasedAtNanos;
  private boolean decreased;

  /**
   * The whole capacity.
   *
   * @param least above 0, at most 1
   */
  public CapacityScale(double least, long nowNanos) {
    if (!(least > 0 && least <= 1)) {
      throw new IllegalArgumentException("least: " + least + " (expected: above 0, at most 1)");
    }
    this.least = least;
    this.grownAtNanos = nowNanos;
  }

  /** Takes in the answer to a request that was sent at {@code startedAtNanos}. */
  public void heard(Sign sign, long startedAtNanos, long nowNanos) {
    if (decreased && startedAtNanos - decreasedAtNanos <= 0) {
      return;
    }
    boolean good = sign == Sign.GOOD;
    badPart += ((good ? 0 : 1) - badPart) / MEMORY;
    if (good) {
      grow(Math.clamp(nowNanos - grownAtNanos, 0, MOST_CREDIT_NANOS));
    } else if (sign == Sign.THROTTLED || badPart > TOLERATED) {
      ceiling = scale;
      scale = Math.max(least, scale * DECREASE);
      badPart = 0;
      decreased = true;
      decreasedAtNanos = nowNanos;
    }
    grownAtNanos = nowNanos;
  }

  /** The scale of the moment. */
  public double scale() {
    return scale;
  }

  private void grow(long elapsedNanos) {
    double nanos = elapsedNanos;
    double near = ceiling * NEAR_CEILING;
    double quickNanos = Math.clamp((near - scale) / QUICK_PER_NANO, 0, nanos);
    scale = Math.min(1, scale + quickNanos * QUICK_PER_NANO + (nanos - quickNanos) * SLOW_PER_NANO);
  }
}
