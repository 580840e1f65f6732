// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.answer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.plugin.dialect.Family;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RateLimitHeadersTest {
  private static final Instant NOW = Instant.parse("2026-11-23T18:59:59.250Z");

  @Test
  void openAi() {
    Allowance tokens = new Allowance(Allowance.Unit.TOKENS, 150_000, 149_984, Duration.ofMinutes(6));
    assertThat(RateLimitHeaders.of(Family.OPENAI, tokens, NOW))
        .containsExactly(
            new Header("x-ratelimit-limit-tokens", "150000"),
            new Header("x-ratelimit-remaining-tokens", "149984"),
            new Header("x-ratelimit-reset-tokens", "6m0s"));
  }

  @Test
  void anthropic() {
    Allowance requests = new Allowance(Allowance.Unit.REQUESTS, 50, 0, Duration.ofMillis(1_000));
    assertThat(RateLimitHeaders.of(Family.ANTHROPIC, requests, NOW))
        .containsExactly(
            new Header("anthropic-ratelimit-requests-limit", "50"),
            new Header("anthropic-ratelimit-requests-remaining", "0"),
            new Header("anthropic-ratelimit-requests-reset", "2026-11-23T19:00:01Z"));
  }

  @ParameterizedTest
  @CsvSource({
    "PT0S, 0s",
    "PT0.000000001S, 1ms",
    "PT0.12S, 120ms",
    "PT0.9999S, 1s",
    "PT1S, 1s",
    "PT41.724S, 41.724s",
    "PT41.7S, 41.7s",
    "PT41.05S, 41.05s",
    "PT59.9999S, 1m0s",
    "PT6M, 6m0s",
    "PT6M0.5S, 6m0.5s",
    "PT1H, 1h0m0s",
    "PT25H1M1S, 25h1m1s",
  })
  void durationsAreWrittenAsOpenAiDoes(Duration duration, String text) {
    assertThat(RateLimitHeaders.duration(duration)).isEqualTo(text);
  }

  @Test
  void allowancesAreChecked() {
    assertThatThrownBy(() -> new Allowance(Allowance.Unit.TOKENS, -1, 0, Duration.ZERO)).hasMessageContaining("limit");
    assertThatThrownBy(() -> new Allowance(Allowance.Unit.TOKENS, 1, 2, Duration.ZERO)).hasMessageContaining("remaining");
    assertThatThrownBy(() -> new Allowance(Allowance.Unit.TOKENS, 1, 1, Duration.ofNanos(-1))).hasMessageContaining("untilReset");
  }
}
