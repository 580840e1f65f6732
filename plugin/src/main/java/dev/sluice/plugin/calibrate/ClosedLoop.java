// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.calibrate;

import dev.sluice.plugin.calibrate.Sample.Ending;
import dev.sluice.scheduler.Ticker;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a number of requests at an endpoint for a while and measures what comes back. Used by one thread.
 *
 * <p>Measuring begins when every worker has had its first answer, and requests go on being sent until all that were under way when
 * measuring ended are answered: so the measured time is one of even load, and every request in it is known to its end.
 */
final class ClosedLoop {
  // In lengths of a step.
  private static final int LONGEST_WARM_UP = 3;
  private static final int LONGEST_MEASURED = 4;
  private static final int LONGEST_COOL_DOWN = 4;

  /** Fewer answers would say more about the shapes that happened to be asked for than about the endpoint. */
  private static final int LEAST_MEASURED = 12;

  private static final double TROUBLED = 0.5;
  private static final int LEAST_TO_JUDGE = 8;

  private final Endpoint endpoint;
  private final Answers answers;
  private final Budget budget;
  private final Ticker ticker;

  /** What is left to spend. Thread-safe. */
  record Budget(AtomicInteger requests, long untilNanos) {
    boolean take() {
      return requests.getAndUpdate(left -> Math.max(0, left - 1)) > 0;
    }

    boolean spent(long nowNanos) {
      return requests.get() <= 0 || nowNanos - untilNanos >= 0;
    }
  }

  ClosedLoop(Endpoint endpoint, Answers answers, Budget budget, Ticker ticker) {
    this.endpoint = endpoint;
    this.answers = answers;
    this.budget = budget;
    this.ticker = ticker;
  }

  /**
   * What a run came to.
   *
   * @param step empty if the budget or the patience was spent before anything could be measured
   * @param failure what went wrong most recently, if anything did
   */
  record Result(Optional<Step> step, Optional<String> failure) {}

  /** Keeps {@code concurrency} requests of a profile at the endpoint and measures {@code nanos} of it, or longer if answers are few. */
  Result run(Profile profile, int concurrency, long nanos) throws InterruptedException {
    BlockingQueue<Sample> ended = new LinkedBlockingQueue<>();
    ExecutorService workers = Executors.newVirtualThreadPerTaskExecutor();
    try {
      for (int worker = 0; worker < concurrency; worker++) {
        int self = worker;
        workers.execute(() -> work(profile, self, ended));
      }
      return watch(concurrency, nanos, ended);
    } finally {
      workers.shutdownNow();
      workers.awaitTermination(1, TimeUnit.SECONDS);
    }
  }

  private void work(Profile profile, int worker, BlockingQueue<Sample> ended) {
    try {
      for (int turn = 0; !Thread.currentThread().isInterrupted() && budget.take(); turn++) {
        var shape = profile.shapes().get((worker + turn) % profile.shapes().size());
        Sample sample = endpoint.ask(worker, shape, answers.stream(worker, turn));
        ended.add(sample);
        if (sample.ending() instanceof Ending.Throttled throttled) {
          LockSupport.parkNanos(throttled.waitNanos());
        }
      }
    } catch (InterruptedException e) {
      // Measured enough.
    }
  }

  private Result watch(int concurrency, long nanos, BlockingQueue<Sample> ended) throws InterruptedException {
    List<Sample> samples = new ArrayList<>();
    boolean[] warm = new boolean[concurrency];
    boolean[] past = new boolean[concurrency];
    long start = ticker.read();
    OptionalLong from = OptionalLong.empty();
    OptionalLong until = OptionalLong.empty();
    int measured = 0;
    Optional<String> failure = Optional.empty();
    while (!allOf(past) && !budget.spent(ticker.read())) {
      @Nullable Sample sample = ended.poll(Math.max(1, Math.min(nanos / 8, budget.untilNanos() - ticker.read())), TimeUnit.NANOSECONDS);
      if (sample != null) {
        samples.add(sample);
        warm[sample.worker()] = true;
        measured += from.isPresent() && sample.answered() ? 1 : 0;
        past[sample.worker()] |= until.isPresent() && sample.endNanos() - until.getAsLong() >= 0;
        Optional<String> trouble = said(sample);
        failure = trouble.isPresent() ? trouble : failure;
        if (hopeless(samples)) {
          return new Result(Optional.empty(), failure);
        }
      }
      long now = ticker.read();
      if (from.isEmpty()) {
        from = allOf(warm) || now - start >= LONGEST_WARM_UP * nanos ? OptionalLong.of(now) : from;
      } else if (until.isEmpty()) {
        long spent = now - from.getAsLong();
        until = (spent >= nanos && measured >= LEAST_MEASURED) || spent >= LONGEST_MEASURED * nanos ? OptionalLong.of(now) : until;
      } else if (now - until.getAsLong() >= LONGEST_COOL_DOWN * nanos) {
        break;
      }
    }
    boolean enough = until.isPresent() && samples.stream().anyMatch(Sample::answered);
    return new Result(enough ? Optional.of(Step.of(concurrency, samples, from.orElse(start), until.orElse(start))) : Optional.empty(), failure);
  }

  private static Optional<String> said(Sample sample) {
    return switch (sample.ending()) {
      case Ending.Answered answered -> Optional.empty();
      case Ending.Throttled throttled -> Optional.of("throttled (HTTP 429 or 503)");
      case Ending.Failed failed -> Optional.of(failed.what());
    };
  }

  private static boolean hopeless(List<Sample> samples) {
    long bad = samples.stream().filter(sample -> sample.ending() instanceof Ending.Failed).count();
    return samples.size() >= LEAST_TO_JUDGE && bad > TROUBLED * samples.size();
  }

  private static boolean allOf(boolean[] flags) {
    for (boolean flag : flags) {
      if (!flag) {
        return false;
      }
    }
    return true;
  }
}
