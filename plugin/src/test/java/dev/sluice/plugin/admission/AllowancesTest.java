// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.admission;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.plugin.answer.Header;
import dev.sluice.plugin.dialect.Family;
import dev.sluice.scheduler.Headroom;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class AllowancesTest {
  private static final long NONE = Long.MAX_VALUE;
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  @Test
  void tellsWhatIsLeftOfEachLimitThatIsSet() {
    assertThat(Allowances.headers(new Headroom(1_000, 750, 10, 9), Family.OPENAI, NOW))
        .containsExactly(
            new Header("x-ratelimit-limit-requests", "10"),
            new Header("x-ratelimit-remaining-requests", "9"),
            new Header("x-ratelimit-reset-requests", "100ms"),
            new Header("x-ratelimit-limit-tokens", "1000"),
            new Header("x-ratelimit-remaining-tokens", "750"),
            new Header("x-ratelimit-reset-tokens", "250ms"));
  }

  @Test
  void aDebtLeavesNothingAndTakesLongerToRenew() {
    assertThat(Allowances.headers(new Headroom(1_000, -4_000, NONE, NONE), Family.ANTHROPIC, NOW))
        .containsExactly(
            new Header("anthropic-ratelimit-tokens-limit", "1000"),
            new Header("anthropic-ratelimit-tokens-remaining", "0"),
            new Header("anthropic-ratelimit-tokens-reset", "2026-01-01T00:00:05Z"));
  }

  @Test
  void saysNothingWhereNothingIsLimited() {
    assertThat(Allowances.headers(new Headroom(NONE, NONE, NONE, NONE), Family.OPENAI, NOW)).isEmpty();
  }

  @Test
  void theWidestFiguresDoNotOverflow() {
    assertThat(Allowances.headers(new Headroom(1_000_000_000L, -1_000_000_000_000L, 1, 0), Family.OPENAI, NOW))
        .contains(new Header("x-ratelimit-reset-tokens", "16m41s"), new Header("x-ratelimit-reset-requests", "1s"));
  }
}
