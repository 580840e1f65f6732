// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.context;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.plugin.dialect.TokenEstimator;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** How far estimates lie from the tokenizer's count over prompts of usual sizes, before any correction. */
class EstimateErrorTest {
  /** {@code -Destimate.prompts=2000} is what is promised, a part of it what every build takes the time for. */
  private static final int PROMPTS = Integer.getInteger("estimate.prompts", 400);

  private static final long SEED = 20261128;
  private static final Tokenizers TOKENIZERS = new Tokenizers();

  static List<Corpus> corpora() {
    return List.of(Corpus.english(), Corpus.chinese(), Corpus.code());
  }

  @ParameterizedTest
  @MethodSource("corpora")
  void isWithinAFewPercent(Corpus corpus) {
    SplittableRandom random = new SplittableRandom(SEED);
    Tokenizer tokenizer = TOKENIZERS.get(Vocabulary.O200K_BASE);
    List<Double> errors = new ArrayList<>();
    int charsPerToken = corpus.kind().equals("chinese") ? 1 : 4;
    for (int i = 0; i < PROMPTS; i++) {
      // 250 to 8000 tokens, as many small ones as large ones.
      int tokens = (int) (250 * Math.pow(32, random.nextDouble()));
      String prompt = corpus.prompt(random, tokens * charsPerToken);
      long exact = tokenizer.count(prompt, counted -> false).tokens();
      TokenEstimator estimator = new TokenEstimator();
      byte[] utf8 = prompt.getBytes(StandardCharsets.UTF_8);
      estimator.addText(utf8, 0, utf8.length);
      errors.add(Math.abs((double) estimator.tokens() / exact - 1));
      assertThat(estimator.atMost()).isGreaterThanOrEqualTo(exact).isLessThan(5 * exact);
    }
    Collections.sort(errors);
    double p99 = 100 * errors.get(PROMPTS * 99 / 100);
    System.out.printf("%s: mean error %.1f %%, median %.1f %%, worst %.1f %% of %d texts%n", corpus.kind(),
        100 * errors.stream().mapToDouble(e -> e).average().orElseThrow(), 100 * errors.get(PROMPTS / 2), 100 * errors.get(PROMPTS - 1), corpus.texts().size());
    System.out.printf(
        "figure: estimate error p99, %s | %.1f %% | <= 15 %% | %s | EstimateErrorTest%n", corpus.kind(), p99, p99 <= 15 ? "pass" : "short");
    assertThat(p99).isLessThanOrEqualTo(15);
  }
}
