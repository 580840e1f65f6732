// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.store;

import com.github.benmanes.caffeine.cache.Ticker;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Spares a store that fails: after five failures in a row nobody who waits for an answer asks it; one and a half seconds later it is tried by a
 * question that nobody waits for, whose success lets all others in again. No longer, since a store must be in use again within five seconds of its
 * return, and on a busy machine the first trial may still be late. Thread-safe.
 *
 * <p>Writes a line when trust is lost and one when it is back, and of a store that comes and goes no more than six lines a minute.
 */
public final class StoreGuard {
  private static final Logger log = LoggerFactory.getLogger(StoreGuard.class);
  private static final int FAILURES = 5;

  /** How long a store that fails is not asked. */
  static final Duration OPEN = Duration.ofMillis(1_500);

  private static final int LINES_PER_MINUTE = 6;

  private final Layer store;
  private final StoreListener listener;
  private final Ticker ticker;
  private final Breaker breaker;
  private final LineBudget lines;
  private final AtomicBoolean trusted = new AtomicBoolean(true);

  /** A guard of a store that nothing is held against. */
  public StoreGuard(Layer store, Ticker ticker, StoreListener listener) {
    this.store = store;
    this.ticker = ticker;
    this.listener = listener;
    this.lines = new LineBudget(LINES_PER_MINUTE, ticker.read());
    this.breaker = new Breaker(store.name(), new Breaker.Settings(FAILURES, OPEN, 1), ticker);
  }

  /**
   * Whether the store may be asked by somebody who waits for the answer; whoever was let in reports back once, by {@link #worked}, {@link #failed}
   * or {@link #unused}.
   */
  public boolean admits() {
    return trusted.get() && breaker.admits();
  }

  /** Whether it is time to try a store that is not trusted; whoever was let in reports back in the same way. */
  public boolean admitsTrial() {
    return !trusted.get() && breaker.admits();
  }

  /** The store answered. */
  public void worked() {
    breaker.worked();
    news(FailureCause.ERROR);
  }

  /** The store did not answer. */
  public void failed(FailureCause cause) {
    breaker.failed();
    news(cause);
  }

  /** The store was not asked after all. */
  public void unused() {
    breaker.unused();
  }

  /** Whether the store is asked without reserve. */
  public boolean trusted() {
    return trusted.get();
  }

  private void news(FailureCause cause) {
    boolean now = breaker.state() == Breaker.State.CLOSED;
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
