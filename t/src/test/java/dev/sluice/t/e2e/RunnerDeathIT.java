// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.t.Figure;
import dev.sluice.t.stack.ChildProcess;
import dev.sluice.t.stack.Http;
import dev.sluice.t.stack.RawCall;
import dev.sluice.t.stack.Stack;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What five hundred waiters get when the runner dies, and when it is told to end. */
class RunnerDeathIT {
  private static final int WAITERS = 500;

  private WaitingRoom room;
  private Stack stack;

  @BeforeEach
  void open() {
    room = WaitingRoom.openWithRunnerApart();
    stack = room.stack();
  }

  @AfterEach
  void close() {
    room.close();
  }

  @Test
  void aKilledRunnersWaitersAreAnsweredAndANewOneServesThroughTheSameGateway() {
    room.occupyProvider();
    List<CompletableFuture<RawCall.Answer>> answers = room.read(room.queue(WAITERS, "waiter-"));

    long killed = System.nanoTime();
    stack.runner().kill();
    List<RawCall.Answer> got = WaitingRoom.all(answers);
    stack.restartRunner();

    String source = "RunnerDeathIT.aKilledRunnersWaitersAreAnsweredAndANewOneServesThroughTheSameGateway";
    Figure status = Figure.exactly("runner killed: waiters answered 503", got.stream().filter(answer -> answer.status() == 503).count(), WAITERS, source).print();
    Figure last = Figure.atMost("runner killed: last waiter answered after", slowestSeconds(got, killed), 1, "s", source).print();
    awaitService();
    assertThat(status.holds()).isTrue();
    assertThat(last.bearable()).isTrue();
    assertThat(room.idsAtProvider()).as("no waiter was let through").noneMatch(id -> id.startsWith("waiter-"));
  }

  @Test
  void onSigtermEveryWaiterIsAnsweredInOurWordsAndTheProcessEnds() {
    room.warmUp(WAITERS);
    room.occupyProvider();
    List<CompletableFuture<RawCall.Answer>> answers = room.read(room.queue(WAITERS, "waiter-"));

    long told = System.nanoTime();
    stack.runner().terminate();
    List<RawCall.Answer> got = WaitingRoom.all(answers);
    int exit = stack.runner().exitStatus();
    double endSeconds = (System.nanoTime() - told) / 1e9;

    String source = "RunnerDeathIT.onSigtermEveryWaiterIsAnsweredInOurWordsAndTheProcessEnds";
    Figure ours = Figure.exactly("SIGTERM: waiters answered 503 draining", got.stream().filter(RunnerDeathIT::draining).count(), WAITERS, source).print();
    Figure last = Figure.atMost("SIGTERM: last waiter answered after", slowestSeconds(got, told), 0.8, "s", source).print();
    Figure end = Figure.atMost("SIGTERM: runner ended after", endSeconds, 1.5, "s", source).print();
    assertThat(ours.holds()).as(ours.toString() + got.getFirst()).isTrue();
    assertThat(List.of(last, end)).allSatisfy(figure -> assertThat(figure.bearable()).as(figure.toString()).isTrue());
    assertThat(exit).isIn(0, 143);
    assertThat(stack.socket()).as("nobody listens there any more").doesNotExist();
  }

  @Test
  void aSuccessorsSocketOutlivesTheDrainOfItsPredecessor() throws IOException {
    room.occupyProvider();
    List<CompletableFuture<RawCall.Answer>> answers = room.read(room.queue(WAITERS, "waiter-"));
    Object first = inode();
    ChildProcess successor = stack.startSuccessor();
    Object second = inode();

    stack.runner().terminate();
    List<RawCall.Answer> got = WaitingRoom.all(answers);
    int exit = stack.runner().exitStatus();

    assertThat(second).isNotEqualTo(first);
    assertThat(inode()).isEqualTo(second);
    assertThat(got).allMatch(RunnerDeathIT::draining);
    assertThat(exit).isIn(0, 143);
    awaitService();
    assertThat(successor.alive()).isTrue();
  }

  private Object inode() throws IOException {
    return Files.getAttribute(stack.socket(), "unix:ino", LinkOption.NOFOLLOW_LINKS);
  }

  /** A gateway may find the ends of old connections in its pool first. */
  private void awaitService() {
    String body = "{\"model\":\"sim-model\",\"max_tokens\":8,\"messages\":[{\"role\":\"user\",\"content\":\"again\"}]}";
    Map<String, String> headers = Map.of("authorization", "Bearer " + stack.key(WaitingRoom.ACCOUNT));
    Http.await(
        Duration.ofSeconds(5),
        () -> Http.post(stack.gateway().resolve("/v1/chat/completions"), body, headers).statusCode() == 200,
        () -> "not served again: " + stack.runner().output());
  }

  private static boolean draining(RawCall.Answer answer) {
    return answer.status() == 503
        && "draining".equals(answer.headers().get("x-sluice-reason"))
        && answer.headers().containsKey("retry-after")
        && answer.body().contains("\"code\":\"service_unavailable\"");
  }

  private static double slowestSeconds(List<RawCall.Answer> answers, long sinceNanos) {
    long[] nanos = answers.stream().mapToLong(answer -> answer.atNanos() - sinceNanos).sorted().toArray();
    System.out.printf("answers after s: first %.3f median %.3f last %.3f%n", nanos[0] / 1e9, nanos[nanos.length / 2] / 1e9, nanos[nanos.length - 1] / 1e9);
    return nanos[nanos.length - 1] / 1e9;
  }
}
