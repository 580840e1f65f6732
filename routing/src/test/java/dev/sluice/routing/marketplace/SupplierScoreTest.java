// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.marketplace;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.routing.marketplace.SupplierScore.Experience;
import dev.sluice.routing.price.Price;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SupplierScoreTest {
  private static final Terms TERMS = MarketBench.terms(List.of());

  private static Supply supply(String id, String price, long latency, long throughput, double availability, String region) {
    var money = new Price(new BigDecimal(price), new BigDecimal(price), new BigDecimal(price));
    return new Supply(
        id, "https://a.example", "m-large", region, money, new Supply.Quality(latency, throughput, availability, 0, 100_000), Optional.empty());
  }

  private static double score(Supply supply) {
    return SupplierScore.of(supply, MarketBench.demand(), TERMS, Experience.NONE);
  }

  @Test
  void staysWithinItsRangeWhateverIsClaimed() {
    var random = new SplittableRandom(7);
    for (int i = 0; i < 10_000; i++) {
      Supply absurd =
          supply(
              "s",
              Long.toString(random.nextLong(1_000_000)),
              random.nextLong(1L << random.nextInt(1, 62)),
              random.nextLong(1L << random.nextInt(1, 62)),
              random.nextDouble(),
              "anywhere");
      double score = SupplierScore.of(absurd, MarketBench.demand(), TERMS, new Experience(random.nextDouble() * 1e12, random.nextDouble()));
      assertThat(score).isBetween(0.0, 1.0);
    }
  }

  @Test
  void prefersEachSingleAdvantage() {
    Supply usual = supply("usual", "3", 1000, 10_000, 0.95, "us");
    assertThat(score(supply("cheaper", "2", 1000, 10_000, 0.95, "us"))).isGreaterThan(score(usual));
    assertThat(score(supply("faster", "3", 500, 10_000, 0.95, "us"))).isGreaterThan(score(usual));
    assertThat(score(supply("wider", "3", 1000, 20_000, 0.95, "us"))).isGreaterThan(score(usual));
    assertThat(score(supply("steadier", "3", 1000, 10_000, 0.99, "us"))).isGreaterThan(score(usual));
    assertThat(score(supply("nearer", "3", 1000, 10_000, 0.95, "eu"))).isGreaterThan(score(usual));
  }

  @Test
  void trustsItsOwnExperienceMoreThanPromises() {
    Supply promising = supply("s", "1", 10, 10_000, 0.99, "eu");
    double promised = score(promising);
    assertThat(SupplierScore.of(promising, MarketBench.demand(), TERMS, new Experience(4_000, 0))).isLessThan(promised - 0.1);
    assertThat(SupplierScore.of(promising, MarketBench.demand(), TERMS, new Experience(-1, 0.75))).isLessThan(promised / 3);
  }

  /** Equal supplies share requests evenly, nearly equal ones share them, and one that is clearly worse gets none. */
  @Test
  void spreadsRequestsOverThoseThatAreNearlyAsGood() {
    List<Supply> supplies = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      supplies.add(supply("good" + i, "1", 500, 10_000, 0.99, "eu"));
    }
    supplies.add(supply("bad", "4.9", 4_900, 100, 0.9, "us"));
    var random = new SplittableRandom(11);
    Map<String, Integer> chosen = new HashMap<>();
    for (int i = 0; i < 10_000; i++) {
      chosen.merge(SupplierScore.ranked(supplies, MarketBench.demand(), TERMS, upstream -> Experience.NONE, random).getFirst().id(), 1, Integer::sum);
    }
    assertThat(chosen).hasSize(4).doesNotContainKey("bad");
    int most = chosen.values().stream().mapToInt(Integer::intValue).max().orElseThrow();
    System.out.println("figure: marketplace: largest share of four equal supplies | " + most / 100.0 + " % | <= 28 % | " + (most <= 2_800 ? "pass" : "short") + " | SupplierScoreTest");
    assertThat(most).isLessThanOrEqualTo(2_800);
  }
}
