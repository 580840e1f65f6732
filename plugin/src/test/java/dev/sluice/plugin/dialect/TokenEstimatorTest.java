// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class TokenEstimatorTest {
  record Sample(String kind, long tokens, String text) {}

  static List<Sample> samples() throws IOException {
    try (InputStream in = TokenEstimatorTest.class.getResourceAsStream("/token-samples.tsv")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.startsWith("#"))
          .map(line -> line.split("\t"))
          .map(cells -> new Sample(cells[0], Long.parseLong(cells[1]), cells[2].replace("\\n", "\n")))
          .toList();
    }
  }

  @ParameterizedTest
  @MethodSource("samples")
  void comesNearTheExactCount(Sample sample) {
    double ratio = (double) estimate(sample.text()) / sample.tokens();
    System.out.printf("estimate/exact %-6s %.2f%n", sample.kind(), ratio);
    assertThat(ratio).as(sample.kind()).isBetween(0.75, 1.30);
  }

  @Test
  void isWithinAFifthOnAverage() throws IOException {
    double error =
        samples().stream().mapToDouble(s -> Math.abs((double) estimate(s.text()) / s.tokens() - 1)).average().orElseThrow();
    System.out.printf("mean error of the estimate %.1f %%%n", 100 * error);
    assertThat(error).isLessThan(0.15);
  }

  @Test
  void chunksDoNotMatterWhereverTheyAreCut() throws IOException {
    for (Sample sample : samples()) {
      byte[] utf8 = utf8(sample.text());
      Random random = new Random(11);
      for (int round = 0; round < 50; round++) {
        TokenEstimator estimator = new TokenEstimator();
        int from = 0;
        while (from < utf8.length) {
          int to = Math.min(utf8.length, from + 1 + random.nextInt(7));
          estimator.addText(utf8, from, to);
          from = to;
        }
        assertThat(estimator.tokens()).isEqualTo(estimate(sample.text()));
      }
    }
  }

  @Test
  void jsonEscapesCountAsWhatTheyStandFor() {
    assertThat(json("one\\ntwo\\tthree \\u4eba\\u0041b \\u00e9t\\u00e9")).isEqualTo(estimate("one\ntwo\tthree 人Ab été"));
    assertThat(json("\\ud83d\\ude00 \\\\ \\/ \\\"")).isEqualTo(estimate("😀 \\ / \""));
  }

  @Test
  void aCutStringEndsAtTheEndOfTheBytes() {
    for (String cut : List.of("abc", "abc\\", "abc\\u", "abc\\u00", "abc\\u00e")) {
      byte[] bytes = utf8(cut);
      assertThat(new TokenEstimator().addJsonString(bytes, 0)).isEqualTo(bytes.length);
    }
    assertThat(new TokenEstimator().addJsonString(utf8("a\\\"b\"c"), 0)).isEqualTo(4);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", " ", "\n", "!", "7", "人", "😀", "é", "aB", "z9"})
  void noTextIsFreeOrMoreThanItsBytes(String unit) {
    String text = unit.repeat(10_000);
    assertThat(estimate(text)).isBetween(100L, (long) utf8(text).length);
  }

  @Test
  void textsThatDoNotTouchAreNotOneWord() {
    TokenEstimator apart = new TokenEstimator();
    for (int i = 0; i < 10; i++) {
      apart.addText(utf8("word"), 0, 4);
      apart.endText();
    }
    assertThat(apart.tokens()).isBetween(9L, 11L);
    assertThat(estimate("word".repeat(10))).isLessThan(apart.tokens());
  }

  private static long json(String content) {
    TokenEstimator estimator = new TokenEstimator();
    byte[] bytes = utf8(content + '"');
    assertThat(estimator.addJsonString(bytes, 0)).isEqualTo(bytes.length - 1);
    return estimator.tokens();
  }

  private static long estimate(String text) {
    TokenEstimator estimator = new TokenEstimator();
    byte[] utf8 = utf8(text);
    estimator.addText(utf8, 0, utf8.length);
    return estimator.tokens();
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
