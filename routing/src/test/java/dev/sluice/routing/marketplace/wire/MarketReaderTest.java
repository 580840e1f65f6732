// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.marketplace.wire;

import static dev.sluice.routing.marketplace.ScriptedMarket.quote;
import static dev.sluice.routing.marketplace.ScriptedMarket.standing;
import static dev.sluice.routing.marketplace.ScriptedMarket.supply;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.routing.marketplace.Quote;
import dev.sluice.routing.marketplace.Supply;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class MarketReaderTest {
  private static String list(String... supplies) {
    return "{\"supplies\":[" + String.join(",", supplies) + "],\"more\":1}";
  }

  @Test
  void readsSuppliesAndQuotes() throws Exception {
    MarketReader.Listed listed = MarketReader.supplies(list(supply("s1", "https://a.example", "eu", "0.15", 800, standing(60))));
    assertThat(listed.malformed()).isZero();
    Supply supply = listed.supplies().getFirst();
    assertThat(supply.price().input()).isEqualByComparingTo(new BigDecimal("0.15"));
    assertThat(supply.offer()).hasValueSatisfying(offer -> assertThat(offer.startWithin()).isEqualTo(Duration.ofSeconds(60)));
    Quote quote = MarketReader.quote(quote("0.2", 30, 900), supply, 5);
    assertThat(quote.startable(5 + Duration.ofSeconds(30).toNanos() - 1)).isTrue();
    assertThat(quote.startable(5 + Duration.ofSeconds(30).toNanos())).isFalse();
    assertThat(quote.overdue(10, 10 + Duration.ofSeconds(900).toNanos())).isTrue();
    assertThat(quote.toString()).doesNotContain("signed.token-1");
  }

  @Test
  void leavesOutWhatIsNoSupply() throws Exception {
    String good = supply("s1", "https://a.example", "eu", "1", 800);
    List<String> bad =
        List.of(
            "1", "null", "{}", "[]", "\"s\"",
            good.replace("\"s1\"", "\"\""),
            good.replace("\"s1\"", "\"" + "x".repeat(200) + "\""),
            good.replace("\"s1\"", "\"a b\""),
            good.replace("\"1\"", "\"-1\""),
            good.replace("\"1\"", "\"1000001\""),
            good.replace("\"1\"", "\"NaN\""),
            good.replace("\"1\"", "1e400"),
            good.replace("0.99", "1.5"),
            good.replace("0.99", "-0.5"),
            good.replace("100000", "0"),
            good.replace("100000", "99999999999999999999999"),
            good.replace("800", "\"soon\""),
            supply("s1", "https://a.example", "eu", "1", 800, standing(0)),
            supply("s1", "https://a.example", "eu", "1", 800, standing(100_000)));
    MarketReader.Listed listed = MarketReader.supplies(list(String.join(",", bad), good));
    assertThat(listed.malformed()).isEqualTo(bad.size());
    assertThat(listed.supplies()).hasSize(1);
  }

  @Test
  void refusesWhatIsNoAnswer() {
    for (String body : List.of("", "[]", "1", "{", "{\"supplies\":1}", list("1".repeat(50)), "[".repeat(5_000), list(String.join(",", Collections.nCopies(1_001, "1"))))) {
      assertThatThrownBy(() -> MarketReader.supplies(body)).isInstanceOf(MalformedReplyException.class);
    }
  }

  /** Answers with bytes changed at random are either read or refused, and nothing else happens. */
  @Test
  void survivesAnswersThatAreBroken() {
    String body = list(supply("s1", "https://a.example", "eu", "0.15", 800, standing(60)), supply("s2", "https://b.example", "us", "2", 90));
    var random = new SplittableRandom(42);
    int refused = 0;
    for (int i = 0; i < 20_000; i++) {
      char[] text = body.toCharArray();
      for (int change = random.nextInt(1, 6); change > 0; change--) {
        text[random.nextInt(text.length)] = (char) random.nextInt(0x20, random.nextInt(8) == 0 ? 0xffff : 0x7f);
      }
      try {
        assertThat(MarketReader.supplies(new String(text)).supplies().size()).isBetween(0, 2);
      } catch (MalformedReplyException e) {
        refused++;
      }
    }
    assertThat(refused).isPositive();
  }
}
