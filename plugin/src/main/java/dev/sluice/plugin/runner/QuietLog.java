// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.runner;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.sluice.scheduler.Ticker;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;

/**
 * Log lines that a flood of bad calls can't turn into a flood of lines: a few lines an event and interval, with the number of
 * those left out before. Thread-safe. Events are constants of the code, so their number is bounded.
 */
final class QuietLog {
  private static final long INTERVAL_NANOS = Duration.ofSeconds(10).toNanos();
  private static final int WARNINGS_PER_INTERVAL = 1;
  private static final int BROKEN_ROUTES_PER_INTERVAL = 50;

  private final Logger log;
  private final Ticker ticker;
  private final Map<String, Site> sites = new ConcurrentHashMap<>();

  QuietLog(Logger log, Ticker ticker) {
    this.log = log;
    this.ticker = ticker;
  }

  /**
   * Warns of an event.
   *
   * @param event {@code event=name}, a constant
   * @param detail what happened, without anything secret
   */
  void warn(String event, String detail) {
    admit(event, WARNINGS_PER_INTERVAL)
        .ifPresent(suppressed -> log.warn("{} detail=\"{}\" suppressed={}", event, detail, suppressed));
  }

  /** Tells the operator why a route refuses every request: once a configuration, since that is how often it is read. */
  void brokenRoute(String confKey, String reason) {
    admit("event=route_refused", BROKEN_ROUTES_PER_INTERVAL)
        .ifPresent(
            suppressed ->
                log.error("event=route_refused conf={} reason=\"{}\" suppressed={}", confKey, reason, suppressed));
  }

  /** The lines left out before this one; empty if this one is left out too. */
  private OptionalLong admit(String event, int linesPerInterval) {
    return sites.computeIfAbsent(event, name -> new Site(ticker.read())).admit(ticker.read(), linesPerInterval);
  }

  /** One event's interval and lines. Thread-safe. */
  private static final class Site {
    private final ReentrantLock lock = new ReentrantLock();

    @GuardedBy("lock")
    private long sinceNanos;

    @GuardedBy("lock")
    private int lines;

    @GuardedBy("lock")
    private long suppressed;

    Site(long sinceNanos) {
      this.sinceNanos = sinceNanos;
    }

    OptionalLong admit(long nowNanos, int linesPerInterval) {
      lock.lock();
      try {
        if (nowNanos - sinceNanos >= INTERVAL_NANOS) {
          sinceNanos = nowNanos;
          lines = 0;
        }
        if (lines >= linesPerInterval) {
          suppressed++;
          return OptionalLong.empty();
        }
        lines++;
        long before = suppressed;
        suppressed = 0;
        return OptionalLong.of(before);
      } finally {
        lock.unlock();
      }
    }
  }
}
