// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.decision;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.scheduler.Decision;
import dev.sluice.scheduler.DecisionRecord;
import dev.sluice.scheduler.Lease;
import dev.sluice.scheduler.LeaseEnd;
import dev.sluice.scheduler.Policy;
import dev.sluice.scheduler.DecisionRecord.Bound;
import dev.sluice.scheduler.DecisionRecord.Outcome;
import dev.sluice.scheduler.DecisionRecord.ProviderVerdict;
import dev.sluice.scheduler.DecisionRecord.Verdict;
import dev.sluice.scheduler.RejectReason;
import dev.sluice.scheduler.TokenCost;
import dev.sluice.scheduler.WorkRequest;
import dev.sluice.scheduler.simulation.Desk;
import dev.sluice.scheduler.simulation.Setup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DecisionLogTest {
  private static final Instant AT = Instant.parse("2026-11-25T01:00:00Z");

  @TempDir Path folder;

  private static DecisionRecord record(String flow, Outcome outcome) {
    return new DecisionRecord(
        "m", flow, 2, new TokenCost(100, 50), WorkRequest.UNBOUNDED, 1_500_000, 3, Bound.TOKENS, 2_000_000, 2_500_000, outcome,
        List.of(new ProviderVerdict("a", Verdict.CHOSEN), new ProviderVerdict("b", Verdict.CONTEXT)));
  }

  private static List<TimedDecision> latest(DecisionLog log, int most) {
    return log.latest(most, Long.MAX_VALUE, decision -> true);
  }

  private static DecisionRecord admitted(String flow) {
    return record(flow, new Outcome.Admitted("a"));
  }

  @Test
  void theLatestAreKeptTheLastFirst() {
    DecisionLog log = new DecisionLog(3, () -> AT, Optional.empty());
    assertThat(latest(log, 9)).isEmpty();
    for (int i = 0; i < 5; i++) {
      log.add(admitted("flow" + i), Optional.empty());
    }
    assertThat(latest(log, 9)).extracting(decision -> decision.record().flow()).containsExactly("flow4", "flow3", "flow2");
    assertThat(log.latest(9, 5, decision -> true)).extracting(TimedDecision::number).containsExactly(4L, 3L);
    assertThat(latest(log, 1)).extracting(TimedDecision::number).containsExactly(5L);
    assertThat(log.latest(9, Long.MAX_VALUE, decision -> decision.record().flow().equals("flow3"))).extracting(TimedDecision::number).containsExactly(4L);
    assertThat(log.latest(9, Long.MAX_VALUE, decision -> decision.record().flow().equals("flow0"))).isEmpty();
  }

  @Test
  void aLineSaysEverything() {
    assertThat(DecisionJson.line(new TimedDecision(7, AT, admitted("acme"), Optional.empty())))
        .isEqualTo(
            "{\"number\":7,\"at\":\"2026-11-25T01:00:00Z\",\"arrival_ms\":1.5,\"model\":\"m\",\"flow\":\"acme\",\"lane\":2,\"input_tokens\":100,"
                + "\"output_tokens\":50,\"position\":3,\"bound\":\"tokens\",\"predicted_wait_ms\":2.0,\"wait_ms\":2.5,\"outcome\":\"admitted\","
                + "\"providers\":{\"a\":\"chosen\",\"b\":\"context\"}}");
    assertThat(DecisionJson.line(new TimedDecision(8, AT, record("acme", new Outcome.Rejected(RejectReason.QUEUE_FULL)), Optional.empty())))
        .contains("\"outcome\":\"rejected\",\"reason\":\"queue_full\"");
  }

  @Test
  void theFileHasEveryDecisionOnceItIsClosedAndGoesOnWhereItWas() throws IOException {
    Path file = folder.resolve("deep/decisions.jsonl");
    for (int run = 0; run < 2; run++) {
      try (DecisionLog log = new DecisionLog(10, () -> AT, Optional.of(new DecisionFile(file, 1 << 30)))) {
        for (int i = 0; i < 1_000; i++) {
          log.add(admitted("flow" + i), Optional.empty());
        }
      }
    }
    assertThat(Files.readAllLines(file)).hasSize(2_000).allMatch(line -> line.startsWith("{\"number\":") && line.endsWith("}}"));
  }

  @Test
  void theEndOfARequestIsAddedToItsDecision() throws Exception {
    Path file = folder.resolve("decisions.jsonl");
    Desk desk = new Desk(Setup.of(Policy.STRICT).withProvider("a", Setup.limits(1_000, 9)));
    Lease lease = ((Decision.Admitted) desk.submit("x", Setup.request(0, "acme", 10))).lease();
    try (DecisionLog log = new DecisionLog(3, () -> AT, Optional.of(new DecisionFile(file, 1 << 20)))) {
      log.add(admitted("acme"), Optional.of(lease));
      assertThat(latest(log, 1).getFirst().end()).isEmpty();
      log.ended(lease, LeaseEnd.SETTLED, new TokenCost(90, 7));
      log.ended(lease, LeaseEnd.SETTLED, new TokenCost(1, 1));
      assertThat(latest(log, 1).getFirst().end()).contains(new TimedDecision.End(LeaseEnd.SETTLED, new TokenCost(90, 7)));
    }
    assertThat(Files.readAllLines(file)).hasSize(2).last().isEqualTo("{\"number\":1,\"end\":\"settled\",\"used_input_tokens\":90,\"used_output_tokens\":7}");
  }

  @Test
  void aFullFileMakesRoomForANewOne() throws IOException {
    Path file = folder.resolve("decisions.jsonl");
    for (int run = 0; run < 3; run++) {
      try (DecisionFile open = new DecisionFile(file, 1_000)) {
        for (int i = 0; i < 10; i++) {
          open.write(new TimedDecision(10 * run + i, AT, admitted("a"), Optional.empty()));
        }
      }
    }
    List<String> kept = new ArrayList<>(Files.readAllLines(folder.resolve("decisions.jsonl.1")));
    long line = kept.getFirst().length() + 3;
    assertThat(folder.resolve("decisions.jsonl.1")).satisfies(full -> assertThat(Files.size(full)).isBetween(1_000L, 1_000 + line));
    assertThat(Files.size(file)).isLessThan(1_000);
    kept.addAll(Files.readAllLines(file));
    for (int i = 1; i <= kept.size(); i++) {
      assertThat(kept.get(kept.size() - i)).startsWith("{\"number\":" + (30 - i) + ",");
    }
  }

  @Test
  void whatComesAfterTheEndIsCounted() throws IOException {
    DecisionFile file = new DecisionFile(folder.resolve("decisions.jsonl"), 1_000_000);
    file.close();
    file.write(new TimedDecision(1, AT, admitted("a"), Optional.empty()));
    assertThat(file.dropped()).isEqualTo(1);
  }
}
