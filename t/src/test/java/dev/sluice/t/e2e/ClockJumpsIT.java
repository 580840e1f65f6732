// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.t.Figure;
import dev.sluice.t.stack.GatewayChoice;
import dev.sluice.t.stack.Http;
import dev.sluice.t.stack.Stack;
import dev.sluice.t.stack.StackPlan;
import dev.sluice.t.stack.StackPlan.AccountPlan;
import dev.sluice.t.stack.StackPlan.ProviderPlan;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The clock on the wall of a runner is set an hour ahead and an hour back while it serves: keys, waits, quotas and leases go on as if it had only
 * been wrong for a while.
 */
class ClockJumpsIT {
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final Duration HOUR = Duration.ofHours(1);
  private static final int QUOTA = 2;
  private static final int CALLERS = 12;
  private static final String SOURCE = "ClockJumpsIT";

  @TempDir private static Path folder;
  private static WallClock clock;
  private static Stack stack;

  /** To half past, so that the hour of quotas does not end by itself meanwhile. */
  private static Duration halfPast;

  @BeforeAll
  static void start() {
    Instant now = Instant.now();
    halfPast = Duration.between(now, now.truncatedTo(ChronoUnit.HOURS).plus(30, ChronoUnit.MINUTES));
    Instant shown = now.plus(halfPast);
    // A tenth of a second an answer, four at a time.
    List<String> simulator = List.of("--step-base-ms", "12", "--step-per-request-ms", "0.01", "--tokens-per-sec", "100000");
    StackPlan plan =
        StackPlan.of(
                List.of(new ProviderPlan("local-a", 1_000_000, 4, 4_096, StackPlan.MODEL, simulator)),
                List.of(
                    new AccountPlan("steady", 1),
                    new AccountPlan("later", 1, "expires_at: " + shown.plus(Duration.ofHours(3))),
                    new AccountPlan("sooner", 0, "expires_at: " + shown.plus(Duration.ofMinutes(30))),
                    new AccountPlan("few", 0)))
            .with("quotas.limits", "{ few: {scope: account, subject: few, unit: requests, amount: " + QUOTA + ", calendar: hour} }");
    stack = Stack.start(plan.withRunnerApart(), GatewayChoice.fromProperties(), Path.of("target", "e2e"));
    clock = new WallClock(folder);
    clock.set(halfPast);
    stack.runner().terminate();
    stack.restartRunner(clock.environment());
    Http.await(SOON, () -> call("steady").statusCode() == 200, () -> call("steady").body());
  }

  @AfterAll
  static void stop() {
    stack.close();
  }

  private static HttpResponse<String> call(String account) {
    String body = "{\"model\":\"%s\",\"max_tokens\":8,\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}]}".formatted(StackPlan.MODEL);
    return Http.post(stack.gateway().resolve("/v1/chat/completions"), body, Map.of("authorization", "Bearer " + stack.key(account)));
  }

  /** What the calls of good keys came to, of which most wait. Thread-safe. */
  private static final class Calls {
    private final AtomicLong made = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();
    private final AtomicLong oddWaits = new AtomicLong();
    private final AtomicLong longestWait = new AtomicLong();

    void call(String account) {
      long begun = System.nanoTime();
      HttpResponse<String> answer = ClockJumpsIT.call(account);
      long millis = (System.nanoTime() - begun) / 1_000_000;
      made.incrementAndGet();
      failed.addAndGet(answer.statusCode() == 200 ? 0 : 1);
      long waited = answer.headers().firstValueAsLong("x-sluice-wait-ms").orElse(-1);
      oddWaits.addAndGet(answer.statusCode() == 200 && (waited < 0 || waited > millis) ? 1 : 0);
      longestWait.accumulateAndGet(waited, Math::max);
    }
  }

  @Test
  void nothingIsLostToAClockThatIsSet() {
    var calls = new Calls();
    var done = new AtomicBoolean();
    Map<Instant, Integer> servedInHour = new HashMap<>();
    long wronglyJudged = 0;
    try (var callers = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < CALLERS; i++) {
        String account = i % 2 == 0 ? "steady" : "later";
        callers.execute(
            () -> {
              while (!done.get()) {
                calls.call(account);
              }
            });
      }
      for (Duration ahead : List.of(Duration.ZERO, HOUR, Duration.ZERO, HOUR.negated(), Duration.ZERO)) {
        clock.set(halfPast.plus(ahead));
        Instant hour = clock.now().truncatedTo(ChronoUnit.HOURS);
        // Before those who wait, being of lane 0.
        for (int i = 0; i <= QUOTA; i++) {
          servedInHour.merge(hour, call("few").statusCode() == 200 ? 1 : 0, Integer::sum);
        }
        wronglyJudged += call("sooner").statusCode() == (ahead.isPositive() ? 401 : 200) ? 0 : 1;
      }
      done.set(true);
    }
    Http.await(SOON, () -> stack.pool().idle(), () -> "leases stay open: " + stack.pool());
    long beyond = servedInHour.values().stream().mapToLong(served -> Math.max(0, served - QUOTA)).sum();
    System.out.printf("%d calls, the longest wait %d ms, served of the quota %s%n", calls.made.get(), calls.longestWait.get(), servedInHour);
    assertThat(calls.longestWait.get()).as("somebody waited").isPositive();
    assertThat(servedInHour.values()).as("another hour is another window, so the clock was set").hasSizeGreaterThan(1).contains(QUOTA);
    List<Figure> figures =
        List.of(
            Figure.exactly("product: clock jumps: calls of good keys failed", calls.failed.get(), 0, SOURCE),
            Figure.exactly("product: clock jumps: waits told that were below zero or longer than the call", calls.oddWaits.get(), 0, SOURCE),
            Figure.exactly("product: clock jumps: keys not judged by the time that the clock shows", wronglyJudged, 0, SOURCE),
            Figure.exactly("product: clock jumps: requests served beyond the quota of an hour", beyond, 0, SOURCE),
            Figure.exactly("product: clock jumps: leases that did not end by their answers", stack.pool().leases().getOrDefault("expired", 0L), 0, SOURCE));
    assertThat(figures).allMatch(figure -> figure.print().holds());
  }
}
