// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.t.Figure;
import dev.sluice.t.load.RpcBench;
import dev.sluice.t.load.RpcReport;
import dev.sluice.t.load.RunnerClient;
import dev.sluice.t.market.MarketFixture;
import dev.sluice.t.market.MarketSimulator.Failure;
import dev.sluice.t.stack.Http;
import dev.sluice.t.stack.LoneRunner;
import dev.sluice.t.stack.StackPlan;
import dev.sluice.t.stack.StackPlan.AccountPlan;
import dev.sluice.t.stack.StackPlan.ProviderPlan;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Local traffic does not feel a marketplace that is down: a model it would sell beside one that it would not, in turns within one run. */
@Tag("bench")
class MarketplaceLatencyIT {
  private static final int ROUNDS = 40;

  private static final Duration ROUND = Duration.ofMillis(700);
  private static final double PER_SECOND = 400;

  @Test
  void localTrafficDoesNotFeelAMarketplaceThatIsDown() throws IOException {
    try (MarketFixture market = MarketFixture.start(Path.of("target", "e2e"))) {
      market.consent();
      market.simulator().always(Optional.of(new Failure.Hang()));
      StackPlan plan =
          market.in(
              StackPlan.of(List.of(ProviderPlan.of("local-a", 1_000_000_000, 1_000_000)), List.of(new AccountPlan("bench", 0)))
                  .with("provider.local.local-b.models", "[ {model: not-sold, max_tokens_per_sec: 1000000000, max_rps: 1000000, max_concurrent: 1000000} ]")
                  .with("provider.local.local-a.max_rps", "1000000"));
      try (LoneRunner runner = LoneRunner.start(plan, Path.of("target", "e2e"))) {
        SequencedMap<String, String> filters = new LinkedHashMap<>();
        filters.put("ai-token-router", "{}");
        filters.put("ai-scheduler", "{}");
        try (var sold = new RunnerClient(runner.socket(), 8, RpcBench.chat(filters, runner.key("bench"), StackPlan.MODEL));
            var other = new RunnerClient(runner.socket(), 8, RpcBench.chat(filters, runner.key("bench"), "not-sold"))) {
          sold.openLoop(PER_SECOND, Duration.ofSeconds(3));
          other.openLoop(PER_SECOND, Duration.ofSeconds(3));
          Http.await(
              Duration.ofSeconds(30),
              () -> Http.get(runner.admin().resolve("/metrics")).body().contains("operation=\"supplies\",result=\"timeout\"}"),
              () -> "the marketplace is not called");
          double[] added = new double[ROUNDS];
          long stopped = 0;
          for (int round = 0; round < ROUNDS; round++) {
            boolean soldFirst = round % 2 == 0;
            RpcReport first = (soldFirst ? sold : other).openLoop(PER_SECOND, ROUND);
            RpcReport second = (soldFirst ? other : sold).openLoop(PER_SECOND, ROUND);
            double more = p99Millis(first) - p99Millis(second);
            added[round] = soldFirst ? more : -more;
            stopped += first.stopped() + second.stopped();
          }
          assertThat(stopped).as("every request is admitted").isZero();
          Arrays.sort(added);
          System.out.printf("p99 where it would sell less p99 elsewhere, by round, ms: %s%n", Arrays.toString(added));
          // A pause of the machine falls into one round; whoever waited for the marketplace would in all of them.
          double usual = (added[ROUNDS / 2 - 1] + added[ROUNDS / 2]) / 2;
          assertThat(Figure.atMost("marketplace: p99 added to local traffic while it is down", usual, 1, "ms", "MarketplaceLatencyIT").print().bearable()).isTrue();
        }
      }
    }
  }

  private static double p99Millis(RpcReport report) {
    return report.nanos().getValueAtPercentile(99) / 1e6;
  }
}
