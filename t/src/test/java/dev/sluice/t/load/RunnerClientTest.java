// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class RunnerClientTest {
  @Test
  void theConstantRunnerHoldsTheWholeConversation(@TempDir Path directory) throws Exception {
    Path socket = directory.resolve("floor.sock");
    AtomicLong answers = new AtomicLong();
    RunnerClient.Workload chat = RpcBench.chat(new LinkedHashMap<>(Map.of("ai-scheduler", "{}")), "key", "sim");
    assertThat(chat.headers()).hasSize(15);
    assertThat(chat.body()).hasSize(1024);
    RunnerClient.Workload counted = new RunnerClient.Workload(
        chat.filters(), chat.path(), chat.headers(), chat.body(), answer -> answers.incrementAndGet());
    try (ConstantRunner floor = ConstantRunner.start(socket, 1);
        RunnerClient client = new RunnerClient(socket, 8, counted)) {
      assertThat(floor).isNotNull();
      RpcReport closed = client.closedLoop(Duration.ofMillis(500));
      assertThat(closed.errors()).isZero();
      assertThat(closed.admitted()).isEqualTo(closed.conversations()).isGreaterThan(50);
      assertThat(answers.get()).isBetween(closed.conversations(), closed.conversations() + 8);

      RpcReport open = client.openLoop(1000, Duration.ofMillis(500));
      assertThat(open.conversations()).isBetween(50L, 550L);
      assertThat(open.nanos().getTotalCount()).isEqualTo(open.conversations());
    }
    assertThat(Files.exists(socket)).isFalse();
  }

  @Test
  void anOpenLoopCountsTheWaitForAFreeConnection(@TempDir Path directory) throws Exception {
    Path socket = directory.resolve("floor.sock");
    RunnerClient.Workload chat = RpcBench.chat(new LinkedHashMap<>(Map.of("ai-scheduler", "{}")), "key", "sim");
    try (ConstantRunner floor = ConstantRunner.start(socket, 1);
        RunnerClient client = new RunnerClient(socket, 1, chat)) {
      assertThat(floor).isNotNull();
      // Far more than one connection can carry: conversations begin later and later after their intended start.
      RpcReport open = client.openLoop(2_000_000, Duration.ofMillis(300));
      assertThat(open.micros(99)).isGreaterThan(5_000);
    }
  }
}
