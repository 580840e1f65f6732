// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.t.Figure;
import dev.sluice.t.stack.ChildProcess;
import dev.sluice.t.stack.Http;
import dev.sluice.t.stack.RawCall;
import dev.sluice.t.stack.Stack;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What waiters, connections and the idle process cost. */
@Tag("bench")
class WaitersMemoryIT {
  private static final int WARM_UP = 200;
  private static final int WAITERS = 2_000;
  private static final int CONNECTIONS = 10_000;
  private static final int STARTS = 3;

  private static WaitingRoom room;
  private static Stack stack;

  @BeforeAll
  static void open() {
    room = WaitingRoom.openWithRunnerApart();
    stack = room.stack();
  }

  @AfterAll
  static void close() {
    room.close();
  }

  @Test
  void aWaiterCostsLittleHeap() {
    RunnerProcess runner = RunnerProcess.of(stack.runner());
    RawCall holder = room.occupyProvider();
    room.queue(WARM_UP, "early-").forEach(RawCall::close);
    room.awaitWaiting(0);

    long before = runner.liveHeapBytes();
    List<RawCall> waiters = room.queue(WAITERS, "waiter-");
    long after = runner.liveHeapBytes();
    assertThat(stack.pool().waiting()).as("they still wait").isEqualTo(WAITERS);
    waiters.forEach(RawCall::close);
    room.awaitWaiting(0);
    holder.close();

    double kibEach = (after - before) / 1024.0 / WAITERS;
    Figure figure = Figure.atMost("heap growth per waiter, " + WAITERS + " waiters", kibEach, 8, "KiB", "WaitersMemoryIT.aWaiterCostsLittleHeap").print();
    assertThat(figure.holds()).isTrue();
    assertThat(kibEach).as("waiters cost something").isPositive();
  }

  @Test
  void tenThousandConnectionsAtOnceAllGetInAndLeaveNothingBehind() {
    RunnerProcess runner = RunnerProcess.of(stack.runner());
    long before = runner.openFiles();
    List<String> command =
        ChildProcess.java(
            List.of("-Xmx256m", "-XX:+UseSerialGC"),
            "dev.sluice.t.load.ConnectionBurst",
            List.of("--socket", stack.socket().toString(), "--count", Integer.toString(CONNECTIONS)));
    String output;
    long most;
    try (ChildProcess burst = ChildProcess.start("burst", command, Map.of(), stack.folder())) {
      Http.await(Duration.ofSeconds(30), () -> burst.output().contains("connections: open"), burst::output);
      Http.await(Duration.ofSeconds(20), () -> runner.openFiles() >= before + CONNECTIONS || burst.output().contains("Exception"), () -> "accepted: " + runner.openFiles());
      most = runner.openFiles();
      assertThat(Http.get(stack.admin().resolve("/readyz")).statusCode()).isEqualTo(200);
      burst.endInput();
      burst.await();
      output = burst.output();
    }
    // Files that the gateway's own connections and the JVM's housekeeping opened meanwhile are not leaks, ten thousand would be.
    Http.await(Duration.ofSeconds(20), () -> runner.openFiles() <= before, () -> "open files: " + before + " before, " + runner.openFiles() + " after");

    String source = "WaitersMemoryIT.tenThousandConnectionsAtOnceAllGetInAndLeaveNothingBehind";
    System.out.println(output.strip() + " (runner's open files: " + before + ", then " + most + ")");
    Figure.exactly("connections at once through a full product: connect errors", CONNECTIONS - opened(output), 0, source).print();
    Figure leak = Figure.atMost("file descriptors left behind", Math.max(0, runner.openFiles() - before), 0, "", source).print();
    assertThat(opened(output)).as("a busy machine may miss some, see CrowdTest").isGreaterThan(CONNECTIONS / 2);
    assertThat(leak.holds()).isTrue();
    assertThat(output).as("none was dropped while it was held").contains("connections: lost 0");
  }

  @Test
  void anIdleRunnerIsSmallAndStartsFast() {
    List<Double> seconds = new ArrayList<>();
    List<Double> residentMiB = new ArrayList<>();
    for (int i = 0; i < STARTS; i++) {
      seconds.add(stack.nanosToReady(process -> residentMiB.add(settledResident(RunnerProcess.of(process)))) / 1e9);
    }
    Collections.sort(seconds);
    System.out.println("ready after s: " + seconds + ", resident MiB: " + residentMiB);

    String source = "WaitersMemoryIT.anIdleRunnerIsSmallAndStartsFast";
    Figure ready = Figure.atMost("ready after start, median of " + STARTS, seconds.get(STARTS / 2), 1.5, "s", source).print();
    Figure resident = Figure.atMost("idle runner RSS", Collections.max(residentMiB), 160, "MiB", source).print();
    assertThat(resident.holds()).isTrue();
    assertThat(ready.bearable()).isTrue();
  }

  /** The largest of what is seen over a while after the start. */
  private static double settledResident(RunnerProcess process) {
    long end = System.nanoTime() + Duration.ofSeconds(2).toNanos();
    double most = 0;
    while (System.nanoTime() - end < 0) {
      most = Math.max(most, process.residentMiB());
      LockSupport.parkNanos(50_000_000);
    }
    return most;
  }

  private static long opened(String output) {
    String after = output.substring(output.indexOf("connections: open ") + "connections: open ".length());
    return Long.parseLong(after.substring(0, after.indexOf(' ')));
  }
}
