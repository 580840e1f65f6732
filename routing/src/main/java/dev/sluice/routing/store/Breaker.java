// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.store;

import com.github.benmanes.caffeine.cache.Ticker;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.concurrent.TimeUnit;

/**
 * Spares whoever fails: after so many failures in a row he is not asked for a time, then by a few calls, whose success lets all others in again and
 * whose failure begins the time anew. Thread-safe.
 */
public final class Breaker {
  private final CircuitBreaker breaker;

  /**
   * When it opens and closes. Immutable.
   *
   * @param failures in a row that open it; at least 1
   * @param open how long nobody is asked
   * @param probes calls let in afterwards until their outcome is known; at least 1
   */
  public record Settings(int failures, Duration open, int probes) {
    public Settings {
      if (failures < 1 || probes < 1) {
        throw new IllegalArgumentException("failures, probes: " + failures + ", " + probes + " (expected: each >= 1)");
      }
      if (open.toMillis() < 1) {
        throw new IllegalArgumentException("open: " + open + " (expected: >= 1 ms)");
      }
    }
  }

  /** Whether calls are let in. A closed set, fit for a metric label. */
  public enum State {
    /** All are. */
    CLOSED,
    /** None is, until the time is over. */
    OPEN,
    /** A few are, to see. */
    HALF_OPEN;

    static State of(CircuitBreaker breaker) {
      return switch (breaker.getState()) {
        case OPEN, FORCED_OPEN -> OPEN;
        case HALF_OPEN -> HALF_OPEN;
        case CLOSED, DISABLED, METRICS_ONLY -> CLOSED;
      };
    }
  }

  /** A closed breaker on {@code ticker}'s time. */
  public Breaker(String name, Settings settings, Ticker ticker) {
    this.breaker =
        circuit(
            name,
            CircuitBreakerConfig.custom()
                .slidingWindowSize(settings.failures())
                .minimumNumberOfCalls(settings.failures())
                .failureRateThreshold(100)
                .permittedNumberOfCallsInHalfOpenState(settings.probes())
                .waitDurationInOpenState(settings.open()),
            ticker);
  }

  /** The library's breaker, on {@code ticker}'s time and by the number of calls. */
  static CircuitBreaker circuit(String name, CircuitBreakerConfig.Builder config, Ticker ticker) {
    InstantSource steady = () -> Instant.EPOCH.plusNanos(ticker.read());
    return CircuitBreaker.of(
        name,
        config
            .slidingWindowType(SlidingWindowType.COUNT_BASED)
            .clock(steady.withZone(ZoneOffset.UTC))
            .currentTimestampFunction(clock -> ticker.read(), TimeUnit.NANOSECONDS)
            .build());
  }

  /** Whether a call may go; whoever was let in reports back once, by {@link #worked}, {@link #failed} or {@link #unused}. */
  public boolean admits() {
    return breaker.tryAcquirePermission();
  }

  /** The call was answered. */
  public void worked() {
    breaker.onSuccess(0, TimeUnit.NANOSECONDS);
  }

  /** It was not. */
  public void failed() {
    breaker.onError(0, TimeUnit.NANOSECONDS, new IllegalStateException("failed"));
  }

  /** It did not happen after all. */
  public void unused() {
    breaker.releasePermission();
  }

  /** Whether calls are let in. An open breaker whose time is over stays open until somebody asks. */
  public State state() {
    return State.of(breaker);
  }
}
