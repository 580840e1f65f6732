// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.usage;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UpstreamLimitsTest {
  private static final Instant NOW = Instant.parse("2026-10-21T07:27:50Z");

  private static UpstreamLimits retry(String text) {
    return new UpstreamLimits(text, OptionalLong.empty(), OptionalLong.empty(), "", "");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "7 | 7000", "0 | 0", "1.5 | 1500", "1s | 1000", "6m0s | 360000", "20ms | 20", "1m30.5s | 90500", "2h | 7200000",
        "Wed, 21 Oct 2026 07:28:00 GMT | 10000", "Wed, 21 Oct 2020 07:28:00 GMT | 0", "2026-10-21T07:28:00Z | 10000", "1792567680 | 10000"
      })
  void timesAreReadInEveryFormThatProvidersUse(String text, long millis) {
    assertThat(retry(text).retryAfterNanos(NOW)).hasValue(millis * 1_000_000);
  }

  @ParameterizedTest
  @CsvSource({"soon", "-1", "1e9", "1.2.3s", "9999999999999999999", "NaN", "20261021T07"})
  void whatIsNoTimeIsNone(String text) {
    assertThat(retry(text).retryAfterNanos(NOW)).isEmpty();
  }

  @Test
  void aLimitIsUsedUpOnlyIfNothingRemains() {
    assertThat(new UpstreamLimits("", OptionalLong.of(0), OptionalLong.of(5), "2s", "9s").exhaustedNanos(NOW)).hasValue(2_000_000_000L);
    assertThat(new UpstreamLimits("", OptionalLong.of(0), OptionalLong.of(0), "2s", "9s").exhaustedNanos(NOW)).hasValue(9_000_000_000L);
    assertThat(new UpstreamLimits("", OptionalLong.of(1), OptionalLong.of(1), "2s", "9s").exhaustedNanos(NOW)).isEmpty();
    assertThat(new UpstreamLimits("", OptionalLong.of(0), OptionalLong.empty(), "", "").exhaustedNanos(NOW)).isEmpty();
  }
}
