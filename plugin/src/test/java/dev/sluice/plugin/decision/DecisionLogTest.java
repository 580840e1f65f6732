// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.decision;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.scheduler.DecisionRecord;
import dev.sluice.scheduler.DecisionRecord.Bound;
import dev.sluice.scheduler.DecisionRecord.Outcome;
import dev.sluice.scheduler.DecisionRecord.ProviderVerdict;
import dev.sluice.scheduler.DecisionRecord.Verdict;
import dev.sluice.scheduler.RejectReason;
import dev.sluice.scheduler.TokenCost;
import dev.sluice.scheduler.WorkRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
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

  private static DecisionRecord admitted(String flow) {
    return record(flow, new Outcome.Admitted("a"));
  }

  @Test
  void theLatestAreKeptTheLastFirst() {
    DecisionLog log = new DecisionLog(3, () -> AT, Optional.empty());
    assertThat(log.latest(9, Optional.empty())).isEmpty();
    for (int i = 0; i < 5; i++) {
      log.add(admitted("flow" + i));
    }
    assertThat(log.latest(9, Optional.empty())).extracting(decision -> decision.record().flow()).containsExactly("flow4", "flow3", "flow2");
    assertThat(log.latest(1, Optional.empty())).extracting(TimedDecision::number).containsExactly(5L);
    assertThat(log.latest(9, Optional.of("flow3"))).extracting(TimedDecision::number).containsExactly(4L);
    assertThat(log.latest(9, Optional.of("flow0"))).isEmpty();
  }

  @Test
  void aLineSaysEverything() {
    assertThat(DecisionJson.line(new TimedDecision(7, AT, admitted("acme"))))
        .isEqualTo(
            "{\"number\":7,\"at\":\"2026-11-25T01:00:00Z\",\"arrival_ms\":1.5,\"model\":\"m\",\"flow\":\"acme\",\"lane\":2,\"input_tokens\":100,"
                + "\"output_tokens\":50,\"position\":3,\"bound\":\"tokens\",\"predicted_wait_ms\":2.0,\"wait_ms\":2.5,\"outcome\":\"admitted\","
                + "\"providers\":{\"a\":\"chosen\",\"b\":\"context\"}}");
    assertThat(DecisionJson.line(new TimedDecision(8, AT, record("acme", new Outcome.Rejected(RejectReason.QUEUE_FULL)))))
        .contains("\"outcome\":\"rejected\",\"reason\":\"queue_full\"");
  }

  @Test
  void theFileHasEveryDecisionOnceItIsClosedAndGoesOnWhereItWas() throws IOException {
    Path file = folder.resolve("deep/decisions.jsonl");
    for (int run = 0; run < 2; run++) {
      try (DecisionLog log = new DecisionLog(10, () -> AT, Optional.of(new DecisionFile(file, 1 << 30)))) {
        for (int i = 0; i < 1_000; i++) {
          log.add(admitted("flow" + i));
        }
      }
    }
    assertThat(Files.readAllLines(file)).hasSize(2_000).allMatch(line -> line.startsWith("{\"number\":") && line.endsWith("}}"));
  }

  @Test
  void aFullFileMakesRoomForANewOne() throws IOException {
    Path file = folder.resolve("decisions.jsonl");
    for (int run = 0; run < 3; run++) {
      try (DecisionFile open = new DecisionFile(file, 1_000)) {
        for (int i = 0; i < 10; i++) {
          open.write(new TimedDecision(10 * run + i, AT, admitted("a")));
        }
      }
    }
    assertThat(file).hasSize(0);
    assertThat(Files.readString(folder.resolve("decisions.jsonl.1"))).contains("{\"number\":29,");
  }

  @Test
  void whatComesAfterTheEndIsCounted() throws IOException {
    DecisionFile file = new DecisionFile(folder.resolve("decisions.jsonl"), 1_000_000);
    file.close();
    file.write(new TimedDecision(1, AT, admitted("a")));
    assertThat(file.dropped()).isEqualTo(1);
  }
}
