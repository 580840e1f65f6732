// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler.adaptive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class CapacityScaleTest {
  private static final long SECOND = 1_000_000_000L;
  private static final long START = Long.MAX_VALUE - 5 * SECOND;

  private final CapacityScale scale = new CapacityScale(0.1, START);

  @Test
  void goodAnswersKeepTheWholeCapacity() {
    for (int i = 0; i < 1_000; i++) {
      scale.heard(Sign.GOOD, START + i, START + i);
      assertThat(scale.scale()).isEqualTo(1);
    }
  }

  @Test
  void beingThrottledOnceLowersItByAFifth() {
    scale.heard(Sign.THROTTLED, START, START + SECOND);
    assertThat(scale.scale()).isEqualTo(0.8);
  }

  @Test
  void requestsSentBeforeTheDecreaseDoNotLowerItAgain() {
    for (int i = 0; i < 50; i++) {
      scale.heard(Sign.THROTTLED, START, START + SECOND);
    }
    assertThat(scale.scale()).isEqualTo(0.8);
    scale.heard(Sign.THROTTLED, START + SECOND + 1, START + SECOND + 2);
    assertThat(scale.scale()).isCloseTo(0.64, within(1e-6));
  }

  @Test
  void aFewLateOrFailedAnswersAreTolerated() {
    for (int i = 0; i < 400; i++) {
      scale.heard(i % 8 == 0 ? Sign.SLOW : Sign.GOOD, START, START);
    }
    assertThat(scale.scale()).isEqualTo(1);
    for (int i = 0; i < 400; i++) {
      scale.heard(i % 2 == 0 ? Sign.FAILED : Sign.GOOD, START, START);
    }
    assertThat(scale.scale()).isEqualTo(0.8);
  }

  @Test
  void itNeverFallsBelowTheLeastAndRecoversCompletely() {
    long now = START;
    for (int i = 0; i < 100; i++) {
      now += 2;
      scale.heard(Sign.THROTTLED, now - 1, now);
    }
    assertThat(scale.scale()).isCloseTo(0.1, within(0.001));
    double before = 0;
    for (int second = 0; second < 95; second++) {
      now += SECOND;
      scale.heard(Sign.GOOD, now, now);
      assertThat(scale.scale()).isGreaterThanOrEqualTo(before).isLessThanOrEqualTo(1);
      before = scale.scale();
    }
    assertThat(scale.scale()).isEqualTo(1);
  }

  @Test
  void itGrowsQuicklyToNearWhereItWasTooMuchAndSlowlyBeyond() {
    scale.heard(Sign.THROTTLED, START, START);
    scale.heard(Sign.GOOD, START + 1, START + 3 * SECOND);
    assertThat(scale.scale()).isCloseTo(0.95, within(1e-6));
    scale.heard(Sign.GOOD, START + 1, START + 4 * SECOND);
    assertThat(scale.scale()).isCloseTo(0.96, within(1e-6));
  }

  @Test
  void silenceAndBadAnswersLetNothingGrow() {
    scale.heard(Sign.THROTTLED, START, START);
    scale.heard(Sign.SLOW, START + 1, START + 60 * SECOND);
    assertThat(scale.scale()).isEqualTo(0.8);
    scale.heard(Sign.GOOD, START + 1, START + 60 * SECOND);
    assertThat(scale.scale()).isEqualTo(0.8);
    scale.heard(Sign.GOOD, START + 1, START + 600 * SECOND);
    assertThat(scale.scale()).isCloseTo(0.97, within(1e-6));
  }

  @Test
  void aLeastOutOfRangeIsNamed() {
    assertThatIllegalArgumentException().isThrownBy(() -> new CapacityScale(0, 0)).withMessageContaining("least: 0.0");
  }
}
