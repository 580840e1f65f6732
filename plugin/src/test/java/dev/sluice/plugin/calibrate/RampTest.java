// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.calibrate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.IntPredicate;
import java.util.function.IntToDoubleFunction;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RampTest {
  private static final double SECOND = 1e9;

  private static Ramp run(int most, IntToDoubleFunction tokensPerSecond, IntPredicate acceptable) {
    Ramp ramp = new Ramp(most);
    int steps = 0;
    for (OptionalInt next = ramp.next(); next.isPresent(); next = ramp.next()) {
      assertThat(++steps).as("steps").isLessThan(20);
      assertThat(next.getAsInt()).isBetween(1, most);
      ramp.measured(next.getAsInt(), tokensPerSecond.applyAsDouble(next.getAsInt()), acceptable.test(next.getAsInt()));
    }
    return ramp;
  }

  /** A server of {@code batch} places, each worth 100 tokens/s, under a ceiling. */
  @ParameterizedTest
  @CsvSource({"24, 1000000, 24", "7, 1000000, 7", "64, 1100, 11", "200, 1000000, 64", "1, 1000000, 1", "64, 90, 1"})
  void findsTheLeastThatGetsNearlyAll(int batch, double ceiling, int knee) {
    Ramp ramp = run(64, at -> Math.min(ceiling, 100.0 * Math.min(batch, at)), at -> true);
    assertThat(ramp.best().orElseThrow()).isBetween(Math.max(1, (int) Math.floor(0.97 * knee)), (int) Math.ceil(1.25 * knee));
  }

  @Test
  void stopsWhereAnswersAreNoLongerAcceptable() {
    assertThat(run(64, at -> 100.0 * at, at -> at <= 21).best().orElseThrow()).isBetween(18, 21);
    assertThat(run(64, at -> 100.0 * at, at -> false).best()).isEmpty();
    assertThat(run(64, at -> 100.0 * at, at -> at == 1).best()).hasValue(1);
  }

  /** One flat step may be chance, as when a step had longer answers. */
  @Test
  void oneFlatStepIsNotTheEnd() {
    assertThat(run(64, at -> at == 2 ? 101 : 100.0 * Math.min(32, at), at -> true).best().orElseThrow()).isBetween(31, 40);
  }

  @Test
  void confidenceFollowsTheWindows() {
    Estimate even = Estimate.of(100, 100, 100, 100);
    assertThat(even.mean()).isEqualTo(100);
    assertThat(even.halfWidth()).isZero();
    // mean 102, deviation sqrt(20/3), t of 3 degrees of freedom 3.182
    assertThat(Estimate.of(99, 101, 103, 105).halfWidth()).isCloseTo(3.182 * Math.sqrt(20.0 / 3) / 2, Offset.offset(1e-9));
    assertThat(Estimate.of(100).halfWidth()).isInfinite();
  }

  @Test
  void tokensAreSpreadOverTheTimeThatTheyTook() {
    Sample stream = new Sample(0, 0, OptionalLong.of((long) SECOND), (long) (3 * SECOND), 1_000, 200, true, new Sample.Ending.Answered());
    assertThat(stream.tokensBetween(0, (long) SECOND)).isEqualTo(1_000);
    assertThat(stream.tokensBetween((long) (0.5 * SECOND), (long) (2 * SECOND))).isEqualTo(600);
    assertThat(stream.tokensBetween((long) (3 * SECOND), (long) (9 * SECOND))).isZero();
    Sample whole = new Sample(0, 0, OptionalLong.empty(), (long) (2 * SECOND), 100, 100, true, new Sample.Ending.Answered());
    assertThat(whole.tokensBetween((long) SECOND, (long) (5 * SECOND))).isEqualTo(100);
  }
}
