// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler.capacity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokenBucketTest {
  private static final long SECOND = 1_000_000_000L;
  private static final long START = Long.MAX_VALUE - 5;

  @Test
  void refillingOftenOrSeldomComesToTheSame() {
    TokenBucket often = new TokenBucket(7, START);
    TokenBucket seldom = new TokenBucket(7, START);
    often.take(1_000, START);
    seldom.take(1_000, START);
    SplittableRandom random = new SplittableRandom(1);
    long elapsed = 0;
    while (elapsed < 100 * SECOND) {
      elapsed += random.nextLong(1, 2_000_000);
      often.available(START + elapsed);
    }
    assertThat(often.readyInNanos(7, START + elapsed)).isEqualTo(seldom.readyInNanos(7, START + elapsed));
    assertThat(often.available(START + elapsed)).isEqualTo(seldom.available(START + elapsed));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 3, 999, 1_000_000, TokenBucket.MAX_RATE_PER_SECOND})
  void isReadyExactlyWhenItSays(long rate) {
    SplittableRandom random = new SplittableRandom(rate);
    TokenBucket bucket = new TokenBucket(rate, START);
    long now = START;
    for (int i = 0; i < 1_000; i++) {
      long units = random.nextLong(1, 3 * rate + 1);
      long wait = bucket.readyInNanos(units, now);
      if (wait > 0) {
        assertThat(bucket.covers(units, now + wait - 1)).isFalse();
      }
      now += wait;
      assertThat(bucket.covers(units, now)).isTrue();
      bucket.take(units, now);
    }
  }

  @Test
  void handsOutTheRatePlusOneBurst() {
    TokenBucket bucket = new TokenBucket(1_000, START);
    long taken = 0;
    for (long now = START; now - START <= 10 * SECOND; now += SECOND / 1_000) {
      while (bucket.covers(100, now)) {
        bucket.take(100, now);
        taken += 100;
      }
    }
    assertThat(taken).isEqualTo(11_000);
  }

  @Test
  void givingBackNeverPassesTheBurst() {
    TokenBucket bucket = new TokenBucket(10, START);
    bucket.give(1_000, START);
    assertThat(bucket.available(START)).isEqualTo(10);
  }

  @Test
  void saturatesInsteadOfWrapping() {
    TokenBucket bucket = new TokenBucket(TokenBucket.MAX_RATE_PER_SECOND, START);
    bucket.take(1L << 41, START);
    assertThat(bucket.available(START + Long.MAX_VALUE / 2)).isEqualTo(TokenBucket.MAX_RATE_PER_SECOND);
    for (int i = 0; i < 10; i++) {
      bucket.take(1L << 41, START + Long.MAX_VALUE / 2);
    }
    assertThat(bucket.available(START + Long.MAX_VALUE / 2)).isNegative();
    assertThat(bucket.readyInNanos(1, START + Long.MAX_VALUE / 2)).isPositive();
  }

  @Test
  void aClockThatStepsBackRefillsNothing() {
    TokenBucket bucket = new TokenBucket(10, START);
    bucket.take(10, START);
    assertThat(bucket.available(START - SECOND)).isZero();
    assertThat(bucket.available(START + SECOND / 2)).isEqualTo(5);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -1, Long.MIN_VALUE, TokenBucket.MAX_RATE_PER_SECOND + 1})
  void refusesRatesOutOfRange(long rate) {
    assertThatThrownBy(() -> new TokenBucket(rate, START)).hasMessageContaining("ratePerSecond: " + rate);
  }

  @Test
  void saturatingArithmeticStopsAtTheEnds() {
    assertThat(Saturating.add(Long.MAX_VALUE, 1)).isEqualTo(Long.MAX_VALUE);
    assertThat(Saturating.add(Long.MIN_VALUE, -1)).isEqualTo(Long.MIN_VALUE);
    assertThat(Saturating.subtract(Long.MIN_VALUE, 1)).isEqualTo(Long.MIN_VALUE);
    assertThat(Saturating.subtract(1, Long.MIN_VALUE)).isEqualTo(Long.MAX_VALUE);
    assertThat(Saturating.multiply(1L << 40, 1L << 40)).isEqualTo(Long.MAX_VALUE);
    assertThat(Saturating.multiply(-(1L << 40), 1L << 40)).isEqualTo(Long.MIN_VALUE);
    assertThat(Saturating.scale(6, 7, 2)).isEqualTo(21);
    assertThat(Saturating.scale(1L << 60, 1L << 10, 1L << 20)).isEqualTo(1L << 50);
  }
}
