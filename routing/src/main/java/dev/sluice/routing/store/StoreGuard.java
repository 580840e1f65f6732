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
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Spares a store that fails: after five failures in a row it is not asked for one and a half seconds, then by one call, whose success lets all
 * others in again. No longer, since a store must be in use again within five seconds of its return, and on a busy machine the first call may
 * still be late. Thread-safe.
 *
 * <p>Writes a line when trust is lost and one when it is back, and of a store that comes and goes no more than six lines a minute.
 */
public final class StoreGuard {
  private static final Logger log = LoggerFactory.getLogger(StoreGuard.class);
  private static final int FAILURES = 5;
  private static final Duration OPEN = Duration.ofMillis(1_500);
  private static final int LINES_PER_MINUTE = 6;

  private final Layer store;
  private final StoreListener listener;
  private final Ticker ticker;
  private final CircuitBreaker breaker;
  private final LineBudget lines;
  private final AtomicBoolean trusted = new AtomicBoolean(true);

  /** A guard of a store that nothing is held against. */
  public StoreGuard(Layer store, Ticker ticker, StoreListener listener) {
    this.store = store;
    this.ticker = ticker;
    this.listener = listener;
    this.lines = new LineBudget(LINES_PER_MINUTE, ticker.read());
    InstantSource steady = () -> Instant.EPOCH.plusNanos(ticker.read());
    this.breaker =
        CircuitBreaker.of(
            store.name(),
            CircuitBreakerConfig.custom()
                .slidingWindowType(SlidingWindowType.COUNT_BASED)
                .slidingWindowSize(FAILURES)
                .minimumNumberOfCalls(FAILURES)
                .failureRateThreshold(100)
                .permittedNumberOfCallsInHalfOpenState(1)
                .waitDurationInOpenState(OPEN)
                .clock(steady.withZone(ZoneOffset.UTC))
                .currentTimestampFunction(clock -> ticker.read(), TimeUnit.NANOSECONDS)
                .build());
  }

  /** Whether the store may be asked; whoever was let in reports back once, by {@link #worked}, {@link #failed} or {@link #unused}. */
  public boolean admits() {
    return breaker.tryAcquirePermission();
  }

  /** The store answered. */
  public void worked() {
    breaker.onSuccess(0, TimeUnit.NANOSECONDS);
    news(FailureCause.ERROR);
  }

  /** The store did not answer. */
  public void failed(FailureCause cause) {
    breaker.onError(0, TimeUnit.NANOSECONDS, new StoreException(cause, cause.name()));
    news(cause);
  }

  /** The store was not asked after all. */
  public void unused() {
    breaker.releasePermission();
  }

  /** Whether the store is asked without reserve. */
  public boolean trusted() {
    return trusted.get();
  }

  private void news(FailureCause cause) {
    boolean now =
        switch (breaker.getState()) {
          case CLOSED -> true;
          case OPEN, HALF_OPEN -> false;
          default -> trusted.get();
        };
    if (trusted.compareAndSet(!now, now)) {
      listener.trusted(store, now);
      if (lines.take(ticker.read())) {
        if (now) {
          log.info("store={} is back", store);
        } else {
          log.warn("store={} fails cause={}; not asked for {} ms at a time until it answers", store, cause, OPEN.toMillis());
        }
      }
    }
  }
}
