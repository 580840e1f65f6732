// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.refusal;

import dev.sluice.plugin.answer.Answer;
import dev.sluice.plugin.answer.Answers;
import dev.sluice.plugin.answer.Reason;
import dev.sluice.plugin.answer.Refusal;
import dev.sluice.plugin.answer.RetryAfter;
import dev.sluice.plugin.dialect.Family;
import dev.sluice.plugin.filter.RunnerRequest;
import dev.sluice.plugin.filter.RunnerResponse;
import dev.sluice.plugin.protocol.Bytes;
import dev.sluice.plugin.protocol.Field;
import dev.sluice.plugin.protocol.Verdict;
import dev.sluice.plugin.time.Clocks;
import dev.sluice.routing.store.LineBudget;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Turns a reason into the answer that the caller's client library understands. Thread-safe. */
public final class Refusals {
  private static final Logger log = LoggerFactory.getLogger(Refusals.class);
  private static final int LINES_PER_MINUTE = 6;

  /** About how long a restart takes. */
  private static final Duration RESTART = Duration.ofSeconds(2);

  /** After which it is worth asking again for a provider or a store that failed. */
  private static final Duration RECOVERY = Duration.ofSeconds(5);

  private static final int REHEARSALS = 40;

  private final Consumer<Reason> counter;
  private final LineBudget lines = new LineBudget(LINES_PER_MINUTE, Clocks.monotonic().read());

  /** Refusals that report each reason to {@code counter}. */
  public Refusals(Consumer<Reason> counter) {
    this.counter = counter;
  }

  /**
   * Renders every answer often enough to be compiled, counting none. A process that is told to end has less than a second to answer everybody who
   * waits, and may never have refused anybody before.
   */
  public static void rehearse() {
    for (int round = 0; round < REHEARSALS; round++) {
      for (Reason reason : Reason.values()) {
        for (Family family : Family.values()) {
          Answers.render(Refusal.of(reason), family, usual(reason), "");
        }
      }
    }
  }

  /**
   * The refusal of a request whose route lacks what a filter needs. The caller is told no more than that; the log says the rest.
   *
   * @param expected what the route should have, such as a filter and its place
   */
  public Refusal misconfigured(String expected) {
    if (lines.take(Clocks.monotonic().read())) {
      log.error("route misconfigured (expected: {})", expected);
    }
    return Refusal.of(Reason.MISCONFIGURED_ROUTE);
  }

  /** Stops the request without a time to come back. */
  public void refuse(RunnerRequest request, RunnerResponse response, Refusal refusal) {
    refuse(request, response, refusal, 0);
  }

  /**
   * Stops the request; it is final, whatever filters do afterwards.
   *
   * @param retryNanos when a repeat may be accepted; 0 if the scheduler cannot say. Callers are spread around it.
   */
  public void refuse(RunnerRequest request, RunnerResponse response, Refusal refusal, long retryNanos) {
    refuse(request, response, refusal, retryNanos <= 0 ? usual(refusal.reason()) : around(Duration.ofNanos(retryNanos)));
  }

  /** Stops the request; it is final, whatever filters do afterwards. */
  public void refuse(RunnerRequest request, RunnerResponse response, Refusal refusal, RetryAfter retryAfter) {
    counter.accept(refusal.reason());
    Answer answer =
        Answers.render(refusal, Family.of(request.getPath()), retryAfter, request.headers().first("x-request-id").orElse(""));
    response.stop(answer.status(), lines(answer), answer.body());
  }

  /** The answer to a call for {@code path} where no filter gave one. */
  public Verdict.Stop stop(Reason reason, String path) {
    counter.accept(reason);
    Answer answer = Answers.render(Refusal.of(reason), Family.of(path), usual(reason), "");
    List<Field> headers = answer.headers().stream().map(header -> new Field(header.name(), header.value())).toList();
    return new Verdict.Stop(answer.status(), headers, Bytes.of(answer.body()));
  }

  /** When to come back if nothing better is known. */
  private static RetryAfter usual(Reason reason) {
    return switch (reason) {
      case DRAINING -> around(RESTART);
      case NO_PROVIDER, STORES_DOWN, HOOK_FAILED -> around(RECOVERY);
      default -> RetryAfter.unknown();
    };
  }

  private static RetryAfter around(Duration wait) {
    return RetryAfter.around(wait, ThreadLocalRandom.current().nextDouble());
  }

  private static List<Map.Entry<String, String>> lines(Answer answer) {
    return answer.headers().stream().map(header -> Map.entry(header.name(), header.value())).toList();
  }
}
