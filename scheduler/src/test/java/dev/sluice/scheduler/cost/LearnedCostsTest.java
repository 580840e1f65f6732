// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler.cost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.sluice.scheduler.cost.LearnedCosts.Asked;
import dev.sluice.scheduler.cost.LearnedCosts.Estimate;
import dev.sluice.scheduler.cost.LearnedCosts.Settings;
import java.util.Arrays;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LearnedCostsTest {
  private static final long SEED = Long.getLong("sluice.seed", 20_261_125L);
  private static final Settings SETTINGS = new Settings(true, 0.8, 256, 4_096, 64);

  private final SplittableRandom random = new SplittableRandom(SEED);
  private final LearnedCosts costs = new LearnedCosts(SETTINGS);

  private static Asked asked(String account) {
    return asked(account, OptionalLong.empty());
  }

  private static Asked asked(String account, OptionalLong limit) {
    return new Asked(account, "m", false, 1_000, limit, 1);
  }

  private long expected(String account) {
    return costs.estimate(asked(account)).outputTokens();
  }

  private void answer(String account, long tokens) {
    answer(asked(account), tokens);
  }

  private void answer(Asked asked, long tokens) {
    costs.learn(asked, costs.estimate(asked), OptionalLong.empty(), OptionalLong.of(tokens));
  }

  /** About as long as chat answers are: most a few hundred tokens, some ten times that. */
  private long chat() {
    double normal = 0;
    for (int i = 0; i < 12; i++) {
      normal += random.nextDouble();
    }
    return Math.max(1, Math.round(150 * Math.exp(normal - 6)));
  }

  @Test
  void expectsTheConfiguredNumberWhileNothingIsKnown() {
    assertThat(costs.estimate(asked("a"))).isEqualTo(new Estimate(1_000, 256));
    assertThat(costs.estimate(asked("a", OptionalLong.of(40)))).isEqualTo(new Estimate(1_000, 40));
    assertThat(costs.estimate(new Asked("a", "m", true, 10, OptionalLong.of(600), 3)).outputTokens()).isEqualTo(600);
    assertThat(costs.estimate(new Asked("a", "m", true, 10, OptionalLong.of(0), 1)).outputTokens()).isZero();
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.5, 0.8, 0.95})
  void theExpectationIsTheAccountsQuantile(double quantile) {
    System.out.println("LearnedCostsTest: seed " + SEED);
    LearnedCosts own = new LearnedCosts(new Settings(true, quantile, 256, 16, 4));
    long[] recent = new long[2_000];
    int covered = 0;
    for (int i = 0; i < recent.length; i++) {
      recent[i] = chat();
      Estimate estimate = own.estimate(asked("a"));
      covered += recent[i] <= estimate.outputTokens() ? 1 : 0;
      own.learn(asked("a"), estimate, OptionalLong.empty(), OptionalLong.of(recent[i]));
    }
    Arrays.sort(recent);
    double exact = recent[(int) (recent.length * quantile)];
    assertThat((double) covered / recent.length).isCloseTo(quantile, within(0.03));
    assertThat(own.estimate(asked("a")).outputTokens() / exact).isBetween(0.7, 1.4);
  }

  @Test
  void streamedAnswersAndModelsAreLearnedApart() {
    for (int i = 0; i < 100; i++) {
      answer("a", 1_000);
    }
    assertThat(costs.estimate(new Asked("a", "m", true, 10, OptionalLong.empty(), 1)).outputTokens()).isEqualTo(256);
    assertThat(costs.estimate(new Asked("a", "n", false, 10, OptionalLong.empty(), 1)).outputTokens()).isEqualTo(256);
    assertThat(expected("a")).isBetween(900L, 1_150L);
  }

  @Test
  void choicesAreLearnedOneByOne() {
    for (int i = 0; i < 100; i++) {
      answer(new Asked("a", "m", false, 10, OptionalLong.empty(), 4), 400);
    }
    assertThat(expected("a")).isBetween(90L, 115L);
    assertThat(costs.estimate(new Asked("a", "m", false, 10, OptionalLong.empty(), 2)).outputTokens()).isBetween(180L, 230L);
  }

  @Test
  void aNewAccountIsExpectedToBeLikeTheTypicalOneWhoeverFloods() {
    for (int account = 0; account < 9; account++) {
      for (int i = 0; i < 20; i++) {
        answer("usual" + account, 500);
      }
    }
    for (int i = 0; i < 50_000; i++) {
      answer("flood", 1);
    }
    assertThat(expected("new")).isBetween(450L, 560L);
    assertThat(expected("flood")).isLessThanOrEqualTo(2);
  }

  /** Asking for one token many times, or for a million, moves nothing: only answers that ended by themselves do. */
  @Test
  void claimedLimitsTeachNothing() {
    for (int i = 0; i < 200; i++) {
      answer("a", 800);
    }
    long before = expected("a");
    for (int i = 0; i < 1_000; i++) {
      answer(asked("a", OptionalLong.of(1)), 1);
    }
    assertThat(expected("a")).isBetween(before * 8 / 10, before * 12 / 10);
    for (int i = 0; i < 200; i++) {
      answer(asked("b", OptionalLong.of(1_000_000)), 20);
    }
    assertThat(expected("b")).isLessThan(24);
  }

  private long likely(String account, OptionalLong limit) {
    return costs.expectedOutput(asked(account, limit));
  }

  @Test
  void aLimitThatSaysSomethingIsHeeded() {
    for (int i = 0; i < 300; i++) {
      long answer = random.nextLong(20, 1_000);
      answer(asked("a", random.nextBoolean() ? OptionalLong.empty() : OptionalLong.of(2 * answer)), answer);
    }
    assertThat(likely("a", OptionalLong.of(150))).isBetween(50L, 150L);
    assertThat(likely("a", OptionalLong.of(1_800))).isBetween(700L, 1_100L);
    assertThat(likely("a", OptionalLong.empty())).isBetween(400L, 650L);
  }

  /** Of an account that claims small limits at random and of one whose limits are all alike, only the answers count. */
  @Test
  void aLimitThatLiesIsNot() {
    for (int i = 0; i < 600; i++) {
      answer(asked("liar", OptionalLong.of(1_000 << random.nextInt(6))), 800);
      answer(asked("alike", OptionalLong.of(4_096)), 100);
    }
    for (int shift = 0; shift < 6; shift++) {
      assertThat(likely("liar", OptionalLong.of(1_000 << shift))).isBetween(700L, 900L);
    }
    assertThat(likely("alike", OptionalLong.of(1_000))).isBetween(90L, 200L);
  }

  @Test
  void promptsOfOneSizeAreExpectedToBeAnsweredAlike() {
    for (int i = 0; i < 200; i++) {
      answer(new Asked("a", "m", false, 500, OptionalLong.empty(), 1), 50 + random.nextLong(20));
      answer(new Asked("a", "m", false, 5_000, OptionalLong.empty(), 1), 700 + random.nextLong(100));
    }
    assertThat(costs.expectedOutput(new Asked("a", "m", false, 480, OptionalLong.empty(), 1))).isBetween(40L, 90L);
    assertThat(costs.expectedOutput(new Asked("a", "m", false, 5_200, OptionalLong.empty(), 2))).isBetween(1_350L, 1_650L);
  }

  @Test
  void answersThatReachTheirLimitRaiseTheExpectation() {
    for (int i = 0; i < 100; i++) {
      answer(asked("a", OptionalLong.of(2_000)), 2_000);
    }
    assertThat(expected("a")).isGreaterThanOrEqualTo(1_900);
  }

  /** After a jump to ten times the length, 60 answers treble the expectation; after the jump back, 300 undo it. */
  @Test
  void theExpectationFollowsADrift() {
    for (int i = 0; i < 1_000; i++) {
      answer("a", chat());
    }
    long before = expected("a");
    for (int i = 0; i < 60; i++) {
      answer("a", 10 * chat());
    }
    assertThat(expected("a")).isGreaterThan(3 * before);
    for (int i = 0; i < 300; i++) {
      answer("a", chat());
    }
    assertThat(expected("a")).isLessThan(2 * before);
  }

  @Test
  void promptsAreCorrectedByTheMedianRatioAndNeverBeyondTheBound() {
    for (int i = 0; i < 100; i++) {
      long reported = i % 10 == 0 ? 900_000 : 1_300;
      costs.learn(asked("a"), new Estimate(1_000, 1), OptionalLong.of(reported), OptionalLong.empty());
      costs.learn(new Asked("a", "n", false, 10, OptionalLong.empty(), 1), new Estimate(10, 1), OptionalLong.of(10_000), OptionalLong.empty());
    }
    assertThat(costs.estimate(asked("b")).promptTokens()).isBetween(1_260L, 1_340L);
    assertThat(costs.estimate(new Asked("b", "n", false, 10, OptionalLong.empty(), 1)).promptTokens()).isEqualTo(40);
    assertThat(costs.estimate(new Asked("b", "other", false, 10, OptionalLong.empty(), 1)).promptTokens()).isEqualTo(10);
  }

  @Test
  void memoryIsBoundedAndForgottenAccountsLoseTheirVote() {
    for (int account = 0; account < 20_000; account++) {
      for (int i = 0; i < 10; i++) {
        answer("short" + account, 5);
      }
    }
    assertThat(costs.size()).isEqualTo(SETTINGS.maxHistories());
    assertThat(expected("new")).isLessThan(8);
    for (int account = 0; account < SETTINGS.maxHistories(); account++) {
      for (int i = 0; i < 10; i++) {
        answer("long" + account, 5_000);
      }
    }
    assertThat(costs.size()).isEqualTo(SETTINGS.maxHistories());
    assertThat(expected("new")).isGreaterThan(4_000);
    for (int model = 0; model < 1_000; model++) {
      for (int i = 0; i < 10; i++) {
        answer(new Asked("a", "m" + model, false, 10, OptionalLong.empty(), 1), 7);
      }
    }
    assertThat(costs.errors()).hasSize(SETTINGS.maxModels());
    assertThat(expected("long" + (SETTINGS.maxHistories() - 1))).isPositive();
  }

  @Test
  void withoutLearningEstimatesStayAndErrorsAreMeasured() {
    LearnedCosts fixed = new LearnedCosts(new Settings(false, 0.8, 256, 16, 4));
    for (int i = 0; i < 50; i++) {
      fixed.learn(asked("a"), fixed.estimate(asked("a")), OptionalLong.of(500), OptionalLong.of(128));
    }
    assertThat(fixed.estimate(asked("a"))).isEqualTo(new Estimate(1_000, 256));
    LearnedCosts.ModelError error = fixed.errors().getFirst();
    assertThat(error.model()).isEqualTo("m");
    assertThat(error.promptBias()).isCloseTo(1, within(1e-9));
    assertThat(error.outputBias()).isCloseTo(1, within(1e-9));
    assertThat(error.outputP95()).isCloseTo(1, within(0.2));
  }

  @Test
  void settingsOutOfRangeAreNamed() {
    assertThatIllegalArgumentException().isThrownBy(() -> new Settings(true, 1, 1, 1, 1)).withMessageContaining("quantile: 1.0");
    assertThatIllegalArgumentException().isThrownBy(() -> new Settings(true, 0.5, 1, 0, 1)).withMessageContaining("maxHistories: 0");
  }
}
