// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class YamlReaderTest {
  @Test
  void scalarsKeepTheirTextAndLine() {
    var problems = new Problems();
    YamlNode.Mapping read = YamlReader.read("f", "a: off\nb: 0660\nc: '1'\nd: ~\ne:\n", problems).orElseThrow();

    assertThat(problems.none()).isTrue();
    assertThat(read.entries())
        .containsExactly(
            new YamlNode.Entry("a", new YamlNode.Scalar("off", new Place("f", 1)), new Place("f", 1)),
            new YamlNode.Entry("b", new YamlNode.Scalar("0660", new Place("f", 2)), new Place("f", 2)),
            new YamlNode.Entry("c", new YamlNode.Scalar("1", new Place("f", 3)), new Place("f", 3)),
            new YamlNode.Entry("d", new YamlNode.Nothing(new Place("f", 4)), new Place("f", 4)),
            new YamlNode.Entry("e", new YamlNode.Nothing(new Place("f", 5)), new Place("f", 5)));
  }

  @Test
  void anEmptyDocumentIsAnEmptyMap() {
    for (String text : new String[] {"", "# nothing\n", "---\n", "~\n"}) {
      var problems = new Problems();
      assertThat(YamlReader.read("f", text, problems).orElseThrow().entries()).isEmpty();
      assertThat(problems.none()).isTrue();
    }
  }

  @Test
  void whatIsNotPlainYamlIsAProblem() {
    assertThat(problems("a: 1\n---\nb: 2\n")).contains("not YAML");
    assertThat(problems("[a, b]: 1\n")).contains("a name that is a list or a map");
    assertThat(problems("a: *canary\n")).contains("not YAML").doesNotContain("canary");
    assertThat(problems("a: !canary!x y\n")).contains("not YAML").doesNotContain("canary");
    assertThat(problems("a: &x {b: *x}\n")).contains("an anchor");
    assertThat(problems("a: " + "[".repeat(40) + "]".repeat(40) + "\n")).contains("nested too deeply (expected: at most 32 levels)");
  }

  @Test
  void mutatedTextNeverThrows() {
    long seed = Long.getLong("sluice.seed", 20261123L);
    System.out.println("yaml mutations seed " + seed);
    var random = new SplittableRandom(seed);
    String text = "a: {b: [1, 'x', \"y\"], c: &n 3}\nd:\n  - e: |\n      f\n  - *n\n? g\n: !!str h\n";
    String alphabet = "{}[]:,&*!|>'\"%@`?-# \n\tab\u0000\u0085\uD800";
    for (int i = 0; i < 10_000; i++) {
      var mutated = new StringBuilder(text);
      for (int edits = random.nextInt(4); edits >= 0; edits--) {
        int at = random.nextInt(mutated.length());
        char c = alphabet.charAt(random.nextInt(alphabet.length()));
        switch (random.nextInt(3)) {
          case 0 -> mutated.setCharAt(at, c);
          case 1 -> mutated.insert(at, c);
          default -> mutated.deleteCharAt(at);
        }
      }
      var problems = new Problems();
      assertThat(YamlReader.read("f", mutated.toString(), problems).isPresent() || !problems.none()).isTrue();
    }
  }

  private static String problems(String text) {
    var problems = new Problems();
    YamlReader.read("f", text, problems);
    return problems.list().toString();
  }
}
