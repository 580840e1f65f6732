// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.answer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RetryAfterTest {
  @ParameterizedTest
  @CsvSource({
    "PT10S, 0.0, 5000",
    "PT10S, 0.5, 10000",
    "PT10S, 0.999, 14990",
    "PT50S, 0.999, 60000",
    "PT10M, 0.0, 30000",
    "PT10M, 0.9, 60000",
    "PT0S, 0.0, 100",
    "PT-5S, 0.9, 140",
    "P100000000000D, 0.5, 60000",
  })
  void spreadsAroundThePrediction(Duration predicted, double random, long millis) {
    assertThat(RetryAfter.around(predicted, random)).isEqualTo(new RetryAfter.After(millis));
  }

  @Test
  void theSpreadKeepsTheMean() {
    Random random = new Random(5);
    double mean =
        random.doubles(10_000)
            .mapToLong(r -> ((RetryAfter.After) RetryAfter.around(Duration.ofSeconds(20), r)).millis())
            .average()
            .orElseThrow();
    assertThat(mean).isBetween(19_800.0, 20_200.0);
  }

  @Test
  void aResetIsExactOrTooFar() {
    assertThat(RetryAfter.atReset(Duration.ofSeconds(60))).isEqualTo(new RetryAfter.After(60_000));
    assertThat(RetryAfter.atReset(Duration.ofMillis(1_500))).isEqualTo(new RetryAfter.After(1_500));
    assertThat(RetryAfter.atReset(Duration.ofMillis(60_001))).isEqualTo(new RetryAfter.Unknown());
    assertThat(RetryAfter.atReset(Duration.ZERO)).isEqualTo(new RetryAfter.After(100));
  }

  @ParameterizedTest
  @CsvSource({"99", "60001", "-1"})
  void otherWaitsDoNotExist(long millis) {
    assertThatThrownBy(() -> new RetryAfter.After(millis)).hasMessageContaining("expected: 100..60000");
  }
}
