// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.marketplace.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.routing.marketplace.DegradationMode;
import dev.sluice.routing.marketplace.Demand;
import dev.sluice.routing.marketplace.MarketBench;
import dev.sluice.routing.marketplace.MarketListener.Result;
import dev.sluice.routing.marketplace.UsageReport;
import dev.sluice.routing.marketplace.consent.Pseudonyms.AccountName;
import dev.sluice.routing.marketplace.trade.Bought;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class EgressPolicyTest {
  private static final String CANARY = "canary-9f2e";

  @TempDir Path folder;

  private static String sent(MarketBench bench) {
    var all = new StringBuilder();
    for (Transport.Call call : bench.market.calls) {
      all.append(call.path()).append('\n');
      call.body().ifPresent(body -> all.append(new String(body, StandardCharsets.UTF_8)).append('\n'));
    }
    return all.toString();
  }

  @Test
  void sendsTheFieldsOfItsListAndNoOthers() throws Exception {
    try (var bench = new MarketBench(folder, DegradationMode.FAIL_OPEN, MarketBench.terms(List.of("eu", "us")), false)) {
      bench.marketplace.refresh();
      assertThat(bench.market.calls.getFirst().path())
          .isEqualTo("/v1/marketplace/supplies?model=m-large&regions=eu%2Cus&max_input_price=5&max_output_price=5&min_availability=0.9");
      bench.marketplace.buy(MarketBench.demand(), Set.of());
      JsonNode quote = new JsonMapper().readTree(bench.market.calls.getLast().body().orElseThrow());
      assertThat(quote.propertyNames())
          .containsExactlyInAnyOrder(
              "request_id", "supply_id", "model", "regions", "account", "max_input_price", "max_output_price", "min_availability",
              "estimated_input_tokens", "estimated_output_tokens", "expected_seconds");
      assertThat(quote.path("estimated_input_tokens").asString("")).isEqualTo("1000");
    }
  }

  @Test
  void neverSendsAccountsOrModelsThatNobodyConfigured() throws Exception {
    try (var bench = new MarketBench(folder, DegradationMode.FAIL_OPEN)) {
      bench.marketplace.refresh();
      Demand named = new Demand("m-large", new AccountName(CANARY), 1234, 56, Duration.ofSeconds(20));
      assertThat(bench.marketplace.buy(named, Set.of())).isInstanceOf(Bought.Supplied.class);
      assertThat(sent(bench)).doesNotContain(CANARY).contains("1300");
      int before = bench.market.calls.size();
      Demand invented = new Demand(CANARY, new AccountName("acme"), 1, 1, Duration.ofSeconds(1));
      assertThat(bench.marketplace.buy(invented, Set.of())).isInstanceOf(Bought.Nothing.class);
      assertThat(bench.client.supplies(CANARY)).isInstanceOf(MarketLine.Reply.None.class);
      assertThat(bench.results).endsWith(Result.WITHHELD);
      assertThat(bench.market.calls).hasSize(before);
      assertThat(named.toString()).doesNotContain(CANARY);
    }
  }

  /** Whatever a report's texts are, either they have their form or the report does not leave. */
  @Test
  void withholdsReportsThatHoldAnythingElse() {
    var policy = new EgressPolicy(MarketBench.terms(List.of()));
    String id = "0123456789abcdef0123456789abcdef";
    assertThat(new String(policy.usage(report(id, "q-1", "s-1", "m-large", id)), StandardCharsets.UTF_8)).contains("\"charge\":\"0.0126\"", "\"status\":\"ok\"");
    for (String bad : List.of(CANARY + " with a prompt", "<" + CANARY + ">", "x".repeat(129), "naïve", "a\nb")) {
      assertThatThrownBy(() -> policy.usage(report(bad, "q-1", "s-1", "m-large", id))).isInstanceOf(EgressException.class).hasMessageNotContaining(CANARY);
      assertThatThrownBy(() -> policy.usage(report(id, bad, "s-1", "m-large", id))).isInstanceOf(EgressException.class).hasMessageNotContaining(CANARY);
      assertThatThrownBy(() -> policy.usage(report(id, "q-1", bad, "m-large", id))).isInstanceOf(EgressException.class).hasMessageNotContaining(CANARY);
      assertThatThrownBy(() -> policy.usage(report(id, "q-1", "s-1", bad, id))).isInstanceOf(EgressException.class).hasMessageNotContaining(CANARY);
      assertThatThrownBy(() -> policy.usage(report(id, "q-1", "s-1", "m-large", bad))).isInstanceOf(EgressException.class).hasMessageNotContaining(CANARY);
    }
  }

  private static UsageReport report(String request, String quote, String supply, String model, String account) {
    return new UsageReport(
        request, quote, supply, model, account, UsageReport.Status.OK, new UsageReport.Use(1000, 500, 1234, true), new BigDecimal("0.012600000"), Instant.parse("2026-11-28T12:00:00.5Z"));
  }

  @Test
  void waitsLongerEachTimeAndNeverTheSame() {
    var random = new SplittableRandom(3);
    Set<Long> seen = new HashSet<>();
    for (int attempt = 1; attempt <= 70; attempt++) {
      Duration wait = Backoff.DEFAULT.after(attempt, random);
      long full = attempt <= 6 ? 100L << (attempt - 1) : 5_000;
      full = Math.min(full, 5_000);
      assertThat(wait.toMillis()).isBetween(full / 2, full);
      seen.add(wait.toNanos());
    }
    assertThat(seen).hasSizeGreaterThan(65);
  }
}
