// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.sluice.plugin.health.AccountHealth.State;
import dev.sluice.routing.store.FailureBreaker;
import dev.sluice.scheduler.Standing;
import java.time.Duration;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class AccountHealthTest {
  private static final long SECOND = 1_000_000_000L;
  private static final long USUAL = SECOND / 2;
  private static final Answer FAILED = new Answer.Failed(OptionalLong.empty());
  private static final Answer GOOD = served(USUAL);
  private static final HealthSettings SETTINGS =
      new HealthSettings(
          new FailureBreaker.Settings(20, 5, 50, Duration.ofSeconds(5), Duration.ofSeconds(12), 2),
          Duration.ofSeconds(10),
          3,
          Duration.ofSeconds(1),
          Duration.ofSeconds(1),
          Duration.ofSeconds(60),
          Duration.ofSeconds(5));

  private long now = -7 * SECOND;
  private final AccountHealth health = new AccountHealth(SETTINGS, new FailureBreaker("a", SETTINGS.breaker(), () -> now));

  private static Answer served(long tookNanos) {
    return new Answer.Served(OptionalLong.of(tookNanos / 10), OptionalLong.of(tookNanos), USUAL, true);
  }

  private void hear(Answer answer, int times) {
    for (int i = 0; i < times; i++) {
      health.answered(health.sent(USUAL, now), answer, false, true, now);
    }
  }

  private void pass(double seconds) {
    now += (long) (seconds * SECOND);
  }

  @Test
  void enoughFailuresGiveItUpTrialsBringItBackAndCapacityComesByAndBy() {
    hear(FAILED, 4);
    assertThat(health.standing(now)).isEqualTo(Standing.WHOLE);
    hear(FAILED, 1);
    assertThat(health.state(now)).isEqualTo(State.UNHEALTHY);
    assertThat(health.standing(now).pauseNanos(now)).isEqualTo(5 * SECOND);
    assertThat(health.standing(now).patienceNanos()).isEqualTo(5 * SECOND);
    assertThat(health.changesInNanos(now)).isEqualTo(5 * SECOND);

    pass(5);
    assertThat(health.state(now)).isEqualTo(State.TRIAL);
    assertThat(health.standing(now).maxConcurrent()).isEqualTo(2);
    hear(GOOD, 2);
    assertThat(health.state(now)).isEqualTo(State.RECOVERING);
    assertThat(health.standing(now).scale()).isCloseTo(0.1, within(1e-9));
    pass(5);
    assertThat(health.standing(now).scale()).isCloseTo(0.55, within(1e-9));
    pass(5);
    assertThat(health.standing(now)).isEqualTo(Standing.WHOLE);
    assertThat(health.changesInNanos(now)).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void failedTrialsDoubleTheTimeUpToALimit() {
    hear(FAILED, 5);
    for (long open : new long[] {5, 10, 12, 12}) {
      assertThat(health.standing(now).pauseNanos(now)).isEqualTo(open * SECOND);
      pass(open);
      hear(FAILED, 2);
    }
  }

  @Test
  void answersToRequestsFromBeforeSayNothing() {
    AccountHealth.Sent before = health.sent(USUAL, now);
    hear(FAILED, 5);
    pass(5);
    assertThat(health.state(now)).isEqualTo(State.TRIAL);
    health.answered(before, FAILED, false, true, now);
    health.answered(before, FAILED, false, true, now);

    assertThat(health.state(now)).isEqualTo(State.TRIAL);
  }

  @Test
  void tooMuchPausesItForAsLongAsItAsksAndHalvesItsRateOnceAWave() {
    AccountHealth.Sent first = health.sent(USUAL, now);
    AccountHealth.Sent second = health.sent(USUAL, now);
    health.answered(first, new Answer.Throttled(OptionalLong.of(3 * SECOND)), false, true, now);
    health.answered(second, new Answer.Throttled(OptionalLong.of(2 * SECOND)), false, true, now);

    assertThat(health.state(now)).isEqualTo(State.THROTTLED);
    assertThat(health.standing(now).pauseNanos(now)).isEqualTo(3 * SECOND);
    assertThat(health.standing(now).healthy()).as("it said when to come again").isTrue();
    pass(3);
    assertThat(health.standing(now).paused()).isFalse();
    assertThat(health.standing(now).scale()).isCloseTo(0.5, within(1e-9));
    pass(10);
    assertThat(health.standing(now).scale()).isEqualTo(1);
  }

  @Test
  void howLongItMayAskForIsLimitedAndWithoutANumberThereIsADefault() {
    hear(new Answer.Throttled(OptionalLong.empty()), 1);
    assertThat(health.standing(now).pauseNanos(now)).isEqualTo(SECOND);
    hear(new Answer.Throttled(OptionalLong.of(3600 * SECOND)), 1);
    assertThat(health.standing(now).pauseNanos(now)).isEqualTo(60 * SECOND);
  }

  @Test
  void tenTimesSlowerIsNoticedBeforeTheAnswersCome() {
    hear(GOOD, 20);
    AccountHealth.Sent[] sent = new AccountHealth.Sent[12];
    for (int i = 0; i < sent.length; i++) {
      sent[i] = health.sent(USUAL, now);
    }
    long due = health.overdueAtNanos(sent[0]).orElseThrow();
    assertThat(due - now).isEqualTo(3 * USUAL);
    now = due;
    for (AccountHealth.Sent each : sent) {
      health.overdue(each, true, now);
    }
    assertThat(health.state(now)).isEqualTo(State.UNHEALTHY);
  }

  @Test
  void whileEverybodyIsSlowItIsTheLoad() {
    hear(GOOD, 20);
    for (int i = 0; i < 6; i++) {
      health.answered(health.sent(USUAL, now), served(10 * USUAL), false, false, now);
    }
    assertThat(health.isQuick(now)).isFalse();
    for (int i = 0; i < 40; i++) {
      health.answered(health.sent(USUAL, now), served(10 * USUAL), false, false, now);
    }
    assertThat(health.state(now)).isEqualTo(State.HEALTHY);
    assertThat(health.isQuick(now)).as("in the end it is usual").isTrue();
  }

  @Test
  void callersThatLeaveSayNothing() {
    hear(new Answer.Unknown(), 50);
    assertThat(health.standing(now)).isEqualTo(Standing.WHOLE);
  }

  @Test
  void aFailedProbeHoldsItBackUntilOneSucceeds() {
    health.probeFailed(now + 20 * SECOND, now);
    assertThat(health.state(now)).isEqualTo(State.UNHEALTHY);
    pass(15);
    assertThat(health.state(now)).isEqualTo(State.UNHEALTHY);
    health.probeWorked(now);
    assertThat(health.state(now)).isEqualTo(State.TRIAL);
  }
}
