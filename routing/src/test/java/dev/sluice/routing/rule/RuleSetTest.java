// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.rule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.routing.Entitlement;
import dev.sluice.routing.KeyStatus;
import dev.sluice.routing.Terms;
import dev.sluice.routing.Traits;
import dev.sluice.routing.rule.KeyPattern.Kind;
import dev.sluice.routing.servers.Measured;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class RuleSetTest {
  private static final Traits PRODUCTION = traits("production", "internal");

  private static Traits traits(String environment, String tier) {
    return new Traits(Optional.empty(), Optional.empty(), of(environment), of(tier), Optional.empty(), Optional.empty());
  }

  private static Optional<String> of(String text) {
    return text.isEmpty() ? Optional.empty() : Optional.of(text);
  }

  private static RoutingRule rule(String id, int order, Traits match, int level) {
    return new RoutingRule(id, order, match, Optional.empty(), Terms.ofLevel(OptionalInt.of(level)));
  }

  private static RoutingRule rule(String id, int order, Kind kind, String text) {
    return new RoutingRule(id, order, Traits.NONE, Optional.of(KeyPattern.of(kind, text)), Terms.NONE);
  }

  private static String first(List<RoutingRule> rules, String keyId, Traits traits) {
    return RuleSet.of(rules).first(keyId, traits).map(RoutingRule::id).orElse("none");
  }

  @Test
  void theFirstRuleInOrderWinsAndIdsDecideBetweenEqualPlaces() {
    List<RoutingRule> rules =
        List.of(rule("z", 5, Traits.NONE, 4), rule("b", 1, PRODUCTION, 0), rule("a", 1, traits("production", ""), 1));
    assertThat(first(rules, "k", PRODUCTION)).isEqualTo("a");
    assertThat(first(rules, "k", traits("staging", "internal"))).isEqualTo("z");
    assertThat(first(List.of(), "k", PRODUCTION)).isEqualTo("none");
  }

  @Test
  void aRuleAsksOnlyForTheTraitsItNamesAndUnknownTraitsAgreeWithNothingAsked() {
    RoutingRule rule = rule("r", 0, traits("production", ""), 0);
    assertThat(rule.matches("k", PRODUCTION)).isTrue();
    assertThat(rule.matches("k", traits("production", ""))).isTrue();
    assertThat(rule.matches("k", Traits.NONE)).isFalse();
    assertThat(rule.matches("k", traits("Production", "internal"))).isFalse();
  }

  @Test
  void everyTraitIsCompared() {
    for (int i = 0; i < 6; i++) {
      List<Optional<String>> values = new ArrayList<>();
      for (int j = 0; j < 6; j++) {
        values.add(i == j ? Optional.of("x") : Optional.empty());
      }
      var asked = new Traits(values.get(0), values.get(1), values.get(2), values.get(3), values.get(4), values.get(5));
      assertThat(asked.agreesWith(asked)).isTrue();
      assertThat(asked.agreesWith(Traits.NONE)).as("trait %s", i).isFalse();
      assertThat(Traits.NONE.agreesWith(asked)).isTrue();
    }
  }

  @Test
  void eachKindOfPatternMatchesTheIdInItsWay() {
    assertThat(KeyPattern.of(Kind.EXACT, "web-1").matches("web-1")).isTrue();
    assertThat(KeyPattern.of(Kind.EXACT, "web-1").matches("web-12")).isFalse();
    assertThat(KeyPattern.of(Kind.PREFIX, "web-").matches("web-12")).isTrue();
    assertThat(KeyPattern.of(Kind.PREFIX, "web-").matches("a-web-")).isFalse();
    assertThat(KeyPattern.of(Kind.SUFFIX, "-12").matches("web-12")).isTrue();
    assertThat(KeyPattern.of(Kind.SUFFIX, "-1").matches("web-12")).isFalse();
    assertThat(KeyPattern.of(Kind.CONTAINS, "eb").matches("web-12")).isTrue();
    assertThat(KeyPattern.of(Kind.REGEX, "^web-[0-9]+$").matches("web-12")).isTrue();
    assertThat(KeyPattern.of(Kind.REGEX, "^web-[0-9]+$").matches("web-x")).isFalse();
    assertThat(KeyPattern.of(Kind.REGEX, "b-1").matches("web-12")).isTrue();
    assertThat(KeyPattern.of(Kind.EXACT, "Web").matches("web")).isFalse();
  }

  @Test
  void anUnfitPatternIsRefusedWithTheReason() {
    assertThatThrownBy(() -> KeyPattern.of(Kind.REGEX, "web-(")).hasMessageContaining("missing closing )");
    assertThatThrownBy(() -> KeyPattern.of(Kind.REGEX, "(?=x)")).hasMessageContaining("look-around");
    assertThatThrownBy(() -> KeyPattern.of(Kind.REGEX, "((a{100}){100})")).hasMessageStartingWith("match_key: ");
    assertThatThrownBy(() -> KeyPattern.of(Kind.PREFIX, "")).hasMessageContaining("0 characters");
    assertThatThrownBy(() -> KeyPattern.of(Kind.PREFIX, "x".repeat(257))).hasMessageContaining("257 characters");
    assertThatThrownBy(() -> KeyPattern.of(Kind.PREFIX, "a\r\nb")).isInstanceOf(IllegalArgumentException.class);
    assertThat(Kind.named("glob")).isEmpty();
    assertThat(Kind.named("PREFIX")).isEmpty();
    assertThat(Kind.named("prefix")).contains(Kind.PREFIX);
  }

  @Test
  void anExpressionThatBacktracksElsewhereIsLinearHere() {
    KeyPattern pattern = KeyPattern.of(Kind.REGEX, "^(a+)+$");
    long start = System.nanoTime();
    for (int i = 0; i < 100; i++) {
      assertThat(pattern.matches("a".repeat(63) + "!")).isFalse();
    }
    // A backtracking engine needs 2^63 steps; this leaves room for a busy machine.
    assertThat(System.nanoTime() - start).isLessThan(5_000_000_000L);
  }

  @Test
  void theOrderDecidesAmongPatternsNotTheirExactness() {
    List<RoutingRule> rules =
        List.of(rule("regex", 0, Kind.REGEX, "^we"), rule("prefix", 1, Kind.PREFIX, "web"), rule("exact", 2, Kind.EXACT, "web-1"));
    assertThat(first(rules, "web-1", Traits.NONE)).isEqualTo("regex");
    assertThat(first(rules.subList(1, 3), "web-1", Traits.NONE)).isEqualTo("prefix");
    assertThat(first(rules, "other", Traits.NONE)).isEqualTo("none");
  }

  @Test
  void whatTheKeySettlesWinsOverTheRule() {
    var ruleTerms =
        new Terms(
            OptionalInt.of(1),
            OptionalDouble.of(2),
            OptionalLong.of(300),
            OptionalInt.of(4),
            OptionalInt.of(5),
            Optional.of(Duration.ofSeconds(6)),
            Optional.of(new BigDecimal("7")));
    var rules = RuleSet.of(List.of(new RoutingRule("r", 0, Traits.NONE, Optional.empty(), ruleTerms)));
    Entitlement bare = entitlement(Terms.NONE);
    assertThat(rules.applied(bare).terms()).isEqualTo(ruleTerms);
    Terms own = Terms.ofLevel(OptionalInt.of(3));
    Terms both = rules.applied(entitlement(own)).terms();
    assertThat(both.level()).hasValue(3);
    assertThat(both.quotaMultiplier()).contains(new BigDecimal("7"));
    assertThat(RuleSet.EMPTY.applied(bare)).isSameAs(bare);
  }

  private static Entitlement entitlement(Terms terms) {
    return new Entitlement("k", "acme", Traits.NONE, terms, Set.of(), Set.of(), Optional.empty(), KeyStatus.ACTIVE);
  }

  @Test
  void aBookShowsBothSourcesAndReplacesEachAsAWhole() {
    var book = new RuleBook();
    book.configure(List.of(rule("same", 1, Traits.NONE, 1)));
    book.store(List.of(rule("same", 1, Traits.NONE, 2), rule("early", 0, PRODUCTION, 0)));
    assertThat(book.current().first("k", PRODUCTION).orElseThrow().id()).isEqualTo("early");
    assertThat(book.current().first("k", Traits.NONE).orElseThrow().terms().level()).hasValue(1);
    book.store(List.of());
    assertThat(book.current().rules()).hasSize(1);
  }

  @Test
  void compiledRulesAnswerLikeAskingEachInItsOrder() {
    long seed = Long.getLong("sluice.seed", System.nanoTime());
    System.out.println("seed: " + seed);
    var random = new SplittableRandom(seed);
    int questions = 0;
    List<String> unlike = new ArrayList<>();
    int matched = 0;
    for (int round = 0; round < 300; round++) {
      List<RoutingRule> rules = new ArrayList<>();
      for (int i = random.nextInt(40); i > 0; i--) {
        rules.add(randomRule(random, i));
      }
      var compiled = RuleSet.of(rules);
      for (int i = 0; i < 100; i++) {
        String id = word(random, 6);
        Traits traits = traits(word(random, 1), word(random, 1));
        Optional<RoutingRule> naive =
            rules.stream().sorted(RoutingRule.ORDER).filter(rule -> rule.matches(id, traits)).findFirst();
        if (!compiled.first(id, traits).equals(naive)) {
          unlike.add("id %s, %s of %s".formatted(id, traits, rules));
        }
        questions++;
        matched += naive.isPresent() ? 1 : 0;
      }
    }
    assertThat(matched).as("questions that a rule answers").isGreaterThan(questions / 4);
    Measured figure = Measured.exactly("routing rules equal to a naive scan", questions - unlike.size(), questions, "RuleSetTest").print();
    assertThat(figure.holds()).as("seed %s, %s", seed, unlike.stream().limit(3).toList()).isTrue();
  }

  private static RoutingRule randomRule(SplittableRandom random, int number) {
    Optional<KeyPattern> key = Optional.empty();
    if (random.nextInt(5) > 0) {
      Kind kind = Kind.values()[random.nextInt(Kind.values().length)];
      String text = word(random, kind == Kind.EXACT ? 6 : 3);
      key = Optional.of(KeyPattern.of(kind, text.isEmpty() ? "a" : kind == Kind.REGEX ? "^" + text + ".?$" : text));
    }
    Traits match = random.nextBoolean() ? Traits.NONE : traits(word(random, 1), random.nextBoolean() ? "" : word(random, 1));
    return new RoutingRule("r" + number, random.nextInt(10), match, key, Terms.NONE);
  }

  private static String word(SplittableRandom random, int longest) {
    var word = new StringBuilder();
    for (int i = random.nextInt(longest + 1); i > 0; i--) {
      word.append((char) ('a' + random.nextInt(2)));
    }
    return word.toString();
  }
}
