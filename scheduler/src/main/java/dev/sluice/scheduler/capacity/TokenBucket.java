// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler.capacity;

/**
 * A rate that is spent in advance: holds up to one second's worth of units and may go into debt. Not thread-safe; confined to
 * its owner's lock.
 *
 * <p>A taker of {@code n} units needs {@code min(n, burst)} of them and takes all {@code n}; what is missing becomes debt that
 * the refill pays off first. So a request larger than a second's worth starts once the bucket is full, and over any interval
 * {@code t} no more than {@code rate * (t + 1 s)} plus one request is handed out.
 *
 * <p>Levels are integer micro-units; the part of a micro-unit that a refill leaves over is carried, so refilling often or
 * seldom comes to the same. Unlimited buckets hold no state.
 */
public final class TokenBucket {
  /** The highest finite rate, in units per second; keeps every product below 2<sup>63</sup>. */
  public static final long MAX_RATE_PER_SECOND = 1_000_000_000L;

  /** The rate that never runs out. */
  public static final long UNLIMITED = Long.MAX_VALUE;

  private static final long MICROS = 1_000_000L;
  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  /** A rate of r units a second is r micro-units every 1 000 ns. */
  private static final long NANOS_PER_MICRO = 1_000L;

  private long ratePerSecond;
  private long levelMicros;
  private long carry;
  private long refilledAtNanos;

  /** A full bucket. */
  public TokenBucket(long ratePerSecond, long nowNanos) {
    if (ratePerSecond <= 0 || (ratePerSecond > MAX_RATE_PER_SECOND && ratePerSecond != UNLIMITED)) {
      throw new IllegalArgumentException(
          "ratePerSecond: " + ratePerSecond + " (expected: 1.." + MAX_RATE_PER_SECOND + " or unlimited)");
    }
    this.ratePerSecond = ratePerSecond;
    this.refilledAtNanos = nowNanos;
    this.levelMicros = burstMicros();
  }

  /** True if {@code units} may be taken now. */
  public boolean covers(long units, long nowNanos) {
    return readyInNanos(units, nowNanos) == 0;
  }

  /** Time until {@code units} may be taken if nobody else takes any; 0 for now. */
  public long readyInNanos(long units, long nowNanos) {
    if (ratePerSecond == UNLIMITED) {
      return 0;
    }
    refill(nowNanos);
    long missingMicros = Saturating.subtract(Math.min(Saturating.multiply(units, MICROS), burstMicros()), levelMicros);
    if (missingMicros <= 0) {
      return 0;
    }
    long seconds = missingMicros / burstMicros();
    long restMicros = missingMicros % burstMicros();
    long restNanos = Math.max(0, Math.ceilDiv(restMicros * NANOS_PER_MICRO - carry, ratePerSecond));
    return Saturating.add(Saturating.multiply(seconds, NANOS_PER_SECOND), restNanos);
  }

  /** Takes {@code units}, into debt if there are fewer. */
  public void take(long units, long nowNanos) {
    give(-units, nowNanos);
  }

  /** Gives {@code units} back, negative to take more; the level never passes the burst. */
  public void give(long units, long nowNanos) {
    if (ratePerSecond != UNLIMITED) {
      refill(nowNanos);
      levelMicros = Saturating.add(levelMicros, Saturating.multiply(units, MICROS));
      cap();
    }
  }

  /** Whole units in the bucket, rounded down; negative for debt; {@link #UNLIMITED} without a limit. */
  public long available(long nowNanos) {
    if (ratePerSecond == UNLIMITED) {
      return UNLIMITED;
    }
    refill(nowNanos);
    return Math.floorDiv(levelMicros, MICROS);
  }

  /** Units per second, or {@link #UNLIMITED}. */
  public long ratePerSecond() {
    return ratePerSecond;
  }

  /** Changes the rate; the level stays, but never above the new burst. A limit where there was none starts full. */
  public void rate(long newRatePerSecond, long nowNanos) {
    if (ratePerSecond == UNLIMITED || newRatePerSecond == UNLIMITED) {
      ratePerSecond = newRatePerSecond;
      refilledAtNanos = nowNanos;
      carry = 0;
      levelMicros = burstMicros();
      return;
    }
    refill(nowNanos);
    ratePerSecond = newRatePerSecond;
    cap();
  }

  private long burstMicros() {
    return ratePerSecond == UNLIMITED ? 0 : ratePerSecond * MICROS;
  }

  /** A clock that stands still or steps back refills nothing. */
  private void refill(long nowNanos) {
    long elapsedNanos = nowNanos - refilledAtNanos;
    if (elapsedNanos <= 0) {
      return;
    }
    refilledAtNanos = nowNanos;
    long thousandths = elapsedNanos % NANOS_PER_SECOND * ratePerSecond + carry;
    long wholeSeconds = Saturating.multiply(elapsedNanos / NANOS_PER_SECOND, burstMicros());
    levelMicros = Saturating.add(Saturating.add(levelMicros, wholeSeconds), thousandths / NANOS_PER_MICRO);
    carry = thousandths % NANOS_PER_MICRO;
    cap();
  }

  private void cap() {
    if (levelMicros >= burstMicros()) {
      levelMicros = burstMicros();
      carry = 0;
    }
  }
}
