// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.marketplace.trade;

import static dev.sluice.routing.marketplace.ScriptedMarket.quote;
import static dev.sluice.routing.marketplace.ScriptedMarket.standing;
import static dev.sluice.routing.marketplace.ScriptedMarket.supply;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.routing.marketplace.DegradationMode;
import dev.sluice.routing.marketplace.MarketBench;
import dev.sluice.routing.marketplace.MarketListener.Result;
import dev.sluice.routing.marketplace.MarketListener.Trade;
import dev.sluice.routing.marketplace.ScriptedMarket;
import dev.sluice.routing.marketplace.SupplyBook.Age;
import dev.sluice.routing.marketplace.Terms.Objection;
import dev.sluice.routing.marketplace.trade.Marketplace.Ended;
import java.math.BigDecimal;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The seed's tables of cache, outage and recovery, and what is bought, in virtual time. */
class MarketplaceTest {
  @TempDir Path folder;

  private static Bought buy(MarketBench bench) throws InterruptedException {
    return bench.marketplace.buy(MarketBench.demand(), Set.of());
  }

  private static void breakDown(MarketBench bench) throws InterruptedException {
    bench.market.down = true;
    for (int i = 0; i < 3; i++) {
      bench.marketplace.refresh();
    }
  }

  @Test
  void buysByAQuoteTakenAtDispatch() throws Exception {
    try (var bench = new MarketBench(folder, DegradationMode.FAIL_OPEN)) {
      bench.marketplace.refresh();
      Bought bought = buy(bench);
      assertThat(bought).isInstanceOf(Bought.Supplied.class);
      Purchase purchase = ((Bought.Supplied) bought).purchase();
      assertThat(purchase.upstream()).isEqualTo("supplier-a");
      assertThat(purchase.quote().offer().token().reveal()).isEqualTo(ScriptedMarket.TOKEN);
      assertThat(purchase.account()).doesNotContain("acme").hasSize(32);
      assertThat(bench.trades).containsExactly(Trade.QUOTED);
      assertThat(bench.outbox.open()).isEqualTo(1);
      bench.marketplace.ended(purchase, new Ended(true, 200, 900, 100, true, 1200, 300));
      assertThat(bench.outbox.open()).isZero();
      assertThat(bench.outbox.due()).isEqualTo(1);
    }
  }

  @Test
  void keepsAListFreshForFiveMinutesAndStaleOnesForTheModeThatTakesThem() throws Exception {
    for (DegradationMode mode : DegradationMode.values()) {
      try (var bench = new MarketBench(folder, mode)) {
        bench.marketplace.refresh();
        bench.pass(Duration.ofMinutes(5).minusNanos(1));
        assertThat(bench.marketplace.standing().age()).isEqualTo(Age.FRESH);
        assertThat(bench.marketplace.offers("m-large")).hasSize(1);
        bench.pass(Duration.ofNanos(1));
        assertThat(bench.marketplace.standing().age()).isEqualTo(Age.STALE);
        assertThat(bench.marketplace.offers("m-large")).as(mode.name()).hasSize(mode == DegradationMode.CACHED ? 1 : 0);
        bench.pass(Duration.ofHours(24));
        assertThat(bench.marketplace.offers("m-large")).isEmpty();
      }
    }
  }

  @Test
  void hasNothingToSellWhileOutAndAgainAfterwards() throws Exception {
    try (var bench = new MarketBench(folder, DegradationMode.FAIL_OPEN)) {
      bench.marketplace.refresh();
      assertThat(bench.marketplace.offers("m-large")).hasSize(1);
      breakDown(bench);
      assertThat(bench.marketplace.offers("m-large")).isEmpty();
      assertThat(buy(bench)).isInstanceOf(Bought.Nothing.class);
      bench.market.down = false;
      bench.pass(Duration.ofSeconds(30).plusNanos(1));
      bench.marketplace.refresh();
      assertThat(bench.marketplace.offers("m-large")).hasSize(1);
      assertThat(buy(bench)).isInstanceOf(Bought.Supplied.class);
    }
  }

  @Test
  void sellsStandingOffersWhileOutWhereTheModeIsCached() throws Exception {
    for (DegradationMode mode : DegradationMode.values()) {
      try (var bench = new MarketBench(folder, mode)) {
        bench.market.supplies = supply("s1", "https://a.example", "eu", "1", 800, standing(120));
        bench.marketplace.refresh();
        breakDown(bench);
        boolean sold = buy(bench) instanceof Bought.Supplied;
        assertThat(sold).as(mode.name()).isEqualTo(mode == DegradationMode.CACHED);
        assertThat(bench.marketplace.offers("m-large")).hasSize(mode == DegradationMode.CACHED ? 1 : 0);
        bench.pass(Duration.ofSeconds(120));
        assertThat(buy(bench)).as("the start window is over").isInstanceOf(Bought.Nothing.class);
        assertThat(bench.marketplace.offers("m-large")).isEmpty();
      }
    }
  }

  @Test
  void takesNoListThatWasNeverHeard() throws Exception {
    try (var bench = new MarketBench(folder, DegradationMode.CACHED)) {
      breakDown(bench);
      assertThat(bench.marketplace.offers("m-large")).isEmpty();
      assertThat(buy(bench)).isInstanceOf(Bought.Nothing.class);
    }
  }

  @Test
  void neverUsesWhatTheOperatorDidNotDeclare() throws Exception {
    try (var bench = new MarketBench(folder, DegradationMode.FAIL_OPEN, MarketBench.terms(List.of("eu")), false)) {
      bench.market.supplies =
          String.join(
              ",",
              supply("undeclared", "https://evil.example", "eu", "0.1", 1),
              supply("elsewhere", "https://a.example", "us", "0.1", 1),
              supply("dear", "https://a.example", "eu", "5.1", 1),
              supply("good", "https://b.example", "eu", "4", 900),
              supply("rare", "https://a.example", "eu", "0.1", 1).replace("0.99", "0.5"),
              "{\"supply_id\":17}",
              supply("absurd", "https://a.example", "eu", "-1", 1),
              supply("absurd", "https://a.example", "eu", "1e999", 1));
      bench.marketplace.refresh();
      assertThat(bench.marketplace.offers("m-large")).extracting("id").containsExactly("good");
      assertThat(bench.unused)
          .containsExactlyInAnyOrder(Objection.UNDECLARED, Objection.RESIDENCY, Objection.PRICE, Objection.AVAILABILITY, Objection.MALFORMED);
    }
  }

  @Test
  void keepsToTheRegionsOfTheRequestAndToItsContext() throws Exception {
    try (var bench = new MarketBench(folder, DegradationMode.FAIL_OPEN)) {
      bench.marketplace.refresh();
      assertThat(bench.marketplace.buy(MarketBench.demand(), Set.of("us"))).isInstanceOf(Bought.Nothing.class);
      assertThat(bench.marketplace.buy(MarketBench.demand(), Set.of("us", "eu"))).isInstanceOf(Bought.Supplied.class);
      bench.market.supplies = supply("s1", "https://a.example", "eu", "1", 800).replace("100000", "1199");
      bench.marketplace.refresh();
      assertThat(buy(bench)).isInstanceOf(Bought.Nothing.class);
    }
  }

  @Test
  void refusesQuotesThatAreDearOverOrTooShort() throws Exception {
    try (var bench = new MarketBench(folder, DegradationMode.FAIL_OPEN)) {
      bench.marketplace.refresh();
      bench.market.quote = call -> quote("5.01", 60, 900);
      assertThat(buy(bench)).isInstanceOf(Bought.Nothing.class);
      bench.market.quote = call -> quote("1", 60, 19);
      assertThat(buy(bench)).isInstanceOf(Bought.Nothing.class);
      bench.market.quote =
          call -> {
            bench.pass(Duration.ofSeconds(1));
            return quote("1", 1, 900);
          };
      assertThat(buy(bench)).as("its start window passed while it was on its way").isInstanceOf(Bought.Nothing.class);
      bench.market.quote = call -> quote("1", 0, 900);
      assertThat(buy(bench)).isInstanceOf(Bought.Nothing.class);
      assertThat(bench.outbox.open()).isZero();
    }
  }

  @Test
  void triesAnotherSupplyWhereOneIsSoldOutButNotAgainWhereTheMarketplaceIsOut() throws Exception {
    try (var bench = new MarketBench(folder, DegradationMode.FAIL_OPEN)) {
      bench.market.supplies = supply("s1", "https://a.example", "eu", "1", 100) + "," + supply("s2", "https://b.example", "eu", "4.9", 4000);
      bench.marketplace.refresh();
      bench.market.script.add(ScriptedMarket.status(409));
      Bought bought = buy(bench);
      assertThat(((Bought.Supplied) bought).purchase().quote().supply().id()).isEqualTo("s2");
      int before = bench.market.calls.size();
      bench.market.down = true;
      assertThat(buy(bench)).isInstanceOf(Bought.Nothing.class);
      assertThat(bench.market.calls).hasSize(before + 1);
    }
  }

  @Test
  void leavesASupplierWhoFailsAloneForAWhile() throws Exception {
    try (var bench = new MarketBench(folder, DegradationMode.FAIL_OPEN)) {
      bench.market.supplies = supply("s1", "https://a.example", "eu", "1", 100) + "," + supply("s2", "https://b.example", "eu", "2", 200);
      bench.marketplace.refresh();
      for (int i = 0; i < 3; i++) {
        Purchase purchase = ((Bought.Supplied) buy(bench)).purchase();
        bench.marketplace.ended(purchase, new Ended(true, purchase.upstream().equals("supplier-a") ? 502 : 200, 10, 10, true, 5, 5));
      }
      assertThat(((Bought.Supplied) buy(bench)).purchase().upstream()).isEqualTo("supplier-b");
      bench.pass(Duration.ofMinutes(4));
      assertThat(((Bought.Supplied) buy(bench)).purchase().upstream()).as("forgiven").isEqualTo("supplier-a");
    }
  }

  @Test
  void sendsNothingWithoutConsentOfflineOrForAnotherMarketplace() throws Exception {
    try (var bench = new MarketBench(folder, DegradationMode.CACHED, MarketBench.terms(List.of()), true)) {
      bench.marketplace.refresh();
      assertThat(buy(bench)).isInstanceOf(Bought.Nothing.class);
      assertThat(bench.market.calls).as("offline wins over consent").isEmpty();
    }
    try (var bench = new MarketBench(folder, DegradationMode.CACHED)) {
      bench.market.supplies = supply("s1", "https://a.example", "eu", "1", 800, standing(120));
      bench.marketplace.refresh();
      int before = bench.market.calls.size();
      assertThat(bench.consent.delete()).isTrue();
      assertThat(buy(bench)).as("withdrawn between list and purchase").isInstanceOf(Bought.Nothing.class);
      bench.marketplace.refresh();
      assertThat(bench.marketplace.offers("m-large")).isEmpty();
      bench.consent.write(MarketBench.agreed(URI.create("https://other.example")));
      bench.marketplace.refresh();
      assertThat(bench.market.calls).hasSize(before);
      assertThat(bench.results).endsWith(Result.NO_CONSENT, Result.NO_CONSENT);
    }
  }

  @Test
  void tellsHowPurchasesEnded() throws Exception {
    try (var bench = new MarketBench(folder, DegradationMode.FAIL_OPEN)) {
      bench.marketplace.refresh();
      Purchase purchase = ((Bought.Supplied) buy(bench)).purchase();
      bench.marketplace.withdrawn(purchase);
      assertThat(bench.outbox.open() + bench.outbox.due()).as("never left").isZero();
      assertThat(bench.marketplace.leastCost("m-large", 1_000_000, 1_000_000)).contains(new BigDecimal("2.000000"));
    }
  }
}
