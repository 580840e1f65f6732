// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.marketplace.trade;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.routing.marketplace.DegradationMode;
import dev.sluice.routing.marketplace.MarketBench;
import dev.sluice.routing.marketplace.MarketListener.Result;
import dev.sluice.routing.marketplace.ScriptedMarket;
import dev.sluice.routing.marketplace.wire.Transport;
import dev.sluice.routing.store.Breaker.State;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The seed's table of the breaker, row by row, in virtual time. */
class BreakerTableTest {
  /** The first instant after the time is over. */
  private static final Duration HALF_A_MINUTE = Duration.ofSeconds(30).plusNanos(1);

  @TempDir Path folder;

  @Test
  void opensAtTheThirdFailureStaysShutForHalfAMinuteAndThenLetsOneCallIn() throws Exception {
    try (var bench = new MarketBench(folder, DegradationMode.FAIL_OPEN)) {
      bench.market.down = true;
      int failures = 0;
      while (bench.breaker.state() == State.CLOSED) {
        bench.marketplace.refresh();
        failures++;
      }
      assertThat(failures).isEqualTo(3);
      System.out.println("figure: marketplace: failures until the breaker opens | " + failures + " | = 3 | " + (failures == 3 ? "pass" : "short") + " | BreakerTableTest");

      int before = bench.market.calls.size();
      for (int second = 0; second < 30; second++) {
        bench.marketplace.refresh();
        bench.marketplace.buy(MarketBench.demand(), Set.of());
        bench.pass(Duration.ofSeconds(1));
      }
      bench.marketplace.refresh();
      int whileOpen = bench.market.calls.size() - before;
      System.out.println("figure: marketplace: calls while the breaker is open | " + whileOpen + " | = 0 | " + (whileOpen == 0 ? "pass" : "short") + " | BreakerTableTest");
      assertThat(whileOpen).isZero();

      bench.pass(Duration.ofNanos(1));
      assertThat(bench.breaker.admits()).as("the probe").isTrue();
      int probes = 1;
      for (int i = 0; i < 10; i++) {
        probes += bench.breaker.admits() ? 1 : 0;
      }
      System.out.println("figure: marketplace: probes let in after 30 s | " + probes + " | = 1 | " + (probes == 1 ? "pass" : "short") + " | BreakerTableTest");
      assertThat(probes).isEqualTo(1);
      bench.breaker.unused();
    }
  }

  @Test
  void aProbeThatFailsBeginsTheTimeAnewAndOneThatSucceedsCloses() throws Exception {
    try (var bench = new MarketBench(folder, DegradationMode.FAIL_OPEN)) {
      bench.market.script.addAll(List.of(ScriptedMarket.fails(), ScriptedMarket.fails(), ScriptedMarket.fails(), ScriptedMarket.fails()));
      for (int i = 0; i < 3; i++) {
        bench.marketplace.refresh();
      }
      bench.pass(HALF_A_MINUTE);
      bench.marketplace.refresh();
      assertThat(bench.breaker.state()).isEqualTo(State.OPEN);
      bench.pass(Duration.ofSeconds(29));
      bench.marketplace.refresh();
      assertThat(bench.results).endsWith(Result.CONNECTION, Result.BREAKER);
      bench.pass(Duration.ofSeconds(1).plusNanos(1));
      bench.marketplace.refresh();
      assertThat(bench.breaker.state()).isEqualTo(State.CLOSED);
      assertThat(bench.marketplace.offers("m-large")).hasSize(1);
    }
  }

  @Test
  void aSuccessBeginsTheCountAnew() throws Exception {
    try (var bench = new MarketBench(folder, DegradationMode.FAIL_OPEN)) {
      for (int round = 0; round < 5; round++) {
        bench.market.script.addAll(List.of(ScriptedMarket.fails(), ScriptedMarket.fails()));
        for (int i = 0; i < 3; i++) {
          bench.marketplace.refresh();
        }
      }
      assertThat(bench.breaker.state()).isEqualTo(State.CLOSED);
    }
  }

  @Test
  void tellsARefusalFromAnOutage() throws Exception {
    try (var bench = new MarketBench(folder, DegradationMode.FAIL_OPEN)) {
      for (int i = 0; i < 10; i++) {
        bench.market.script.add(ScriptedMarket.status(403));
        bench.marketplace.refresh();
      }
      assertThat(bench.breaker.state()).as("ten refusals").isEqualTo(State.CLOSED);
      List<Transport.Answer> outages =
          List.of(
              ScriptedMarket.status(500),
              ScriptedMarket.status(302),
              ScriptedMarket.ok("<html>"),
              new Transport.Answer.Failed(Transport.Trouble.TIMEOUT),
              new Transport.Answer.Failed(Transport.Trouble.TOO_LARGE));
      bench.results.clear();
      bench.market.script.addAll(outages.subList(0, 3));
      for (int i = 0; i < 3; i++) {
        bench.marketplace.refresh();
      }
      assertThat(bench.results).containsExactly(Result.SERVER_ERROR, Result.SERVER_ERROR, Result.MALFORMED);
      assertThat(bench.breaker.state()).isEqualTo(State.OPEN);
    }
  }

  @Test
  void givesTheMarketplaceTheTimeItAsksFor() throws Exception {
    try (var bench = new MarketBench(folder, DegradationMode.FAIL_OPEN)) {
      bench.market.script.add(new Transport.Answer.Answered(429, "", OptionalLong.of(7)));
      bench.marketplace.refresh();
      bench.pass(Duration.ofSeconds(6));
      bench.marketplace.refresh();
      assertThat(bench.market.calls).hasSize(1);
      bench.pass(Duration.ofSeconds(1));
      bench.marketplace.refresh();
      assertThat(bench.market.calls).hasSize(2);
      assertThat(bench.results).containsExactly(Result.REFUSED, Result.PAUSED, Result.OK);
    }
  }
}
