// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.store;

import com.github.benmanes.caffeine.cache.Ticker;
import dev.sluice.routing.store.Breaker.State;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Judges by the part of answers that failed whether somebody is to be asked: everybody, a few on trial, or nobody for a while. Thread-safe.
 *
 * <p>It opens when enough answers of its window failed. After its time a few trials decide whether it closes or opens again, each time
 * for twice as long, up to a limit, until a window of answers has passed without.
 */
public final class FailureBreaker {
  private static final int LONGEST_DOUBLING = 16;

  /** How long to stay open is decided here, not by the library, whose wait is the same every time. */
  private static final Duration NEVER = Duration.ofDays(36_500);

  /**
   * When to open and for how long. Immutable.
   *
   * @param window answers that count, the last ones
   * @param least answers without which nothing is judged, at most {@code window}
   * @param failurePercent failed answers, of those in the window, that open it; 1..100
   * @param open the first time that it stays open
   * @param maxOpen the longest
   * @param trials answers that decide what follows
   */
  public record Settings(int window, int least, int failurePercent, Duration open, Duration maxOpen, int trials) {}

  private final Settings settings;
  private final Ticker ticker;
  private final CircuitBreaker breaker;
  private int openings;
  private long answersSinceClosing;
  private long openUntilNanos;

  /** A closed breaker. */
  public FailureBreaker(String name, Settings settings, Ticker ticker) {
    this.settings = settings;
    this.ticker = ticker;
    this.breaker =
        Breaker.circuit(
            name,
            CircuitBreakerConfig.custom()
                .slidingWindowSize(settings.window())
                .minimumNumberOfCalls(settings.least())
                .failureRateThreshold(settings.failurePercent())
                .permittedNumberOfCallsInHalfOpenState(settings.trials())
                .waitDurationInOpenState(NEVER),
            ticker);
  }

  /** Who may ask now. */
  public State state() {
    if (breaker.getState() == CircuitBreaker.State.OPEN && ticker.read() - openUntilNanos >= 0) {
      breaker.transitionToHalfOpenState();
    }
    return State.of(breaker);
  }

  /** While it is open, when it lets the first trial through. */
  public long openUntilNanos() {
    return openUntilNanos;
  }

  /** An answer was good. */
  public void worked() {
    State before = state();
    if (before == State.OPEN || (before == State.HALF_OPEN && !breaker.tryAcquirePermission())) {
      return;
    }
    breaker.onSuccess(0, TimeUnit.NANOSECONDS);
    judged();
  }

  /** An answer failed. */
  public void failed() {
    State before = state();
    if (before == State.OPEN || (before == State.HALF_OPEN && !breaker.tryAcquirePermission())) {
      return;
    }
    breaker.onError(0, TimeUnit.NANOSECONDS, new IllegalStateException("failed"));
    judged();
  }

  /** Follows what an answer came to: how long to stay open, and that closing ends a row of openings. */
  private void judged() {
    switch (breaker.getState()) {
      case OPEN -> {
        Duration longer = settings.open().multipliedBy(1L << Math.min(openings, LONGEST_DOUBLING));
        Duration open = longer.compareTo(settings.maxOpen()) < 0 ? longer : settings.maxOpen();
        openings++;
        openUntilNanos = ticker.read() + open.toNanos();
        answersSinceClosing = 0;
      }
      case CLOSED -> {
        answersSinceClosing++;
        openings = answersSinceClosing > settings.window() ? 0 : openings;
      }
      default -> {}
    }
  }

  /** Keeps an open breaker open at least until then; a closed one is opened. */
  public void holdOpen(long untilNanos) {
    if (state() != State.OPEN) {
      breaker.transitionToOpenState();
      openings++;
      openUntilNanos = untilNanos;
    } else if (untilNanos - openUntilNanos > 0) {
      openUntilNanos = untilNanos;
    }
  }

  /** Lets an open breaker's trials begin now. */
  public void tryNow() {
    if (state() == State.OPEN) {
      openUntilNanos = ticker.read();
      breaker.transitionToHalfOpenState();
    }
  }
}
