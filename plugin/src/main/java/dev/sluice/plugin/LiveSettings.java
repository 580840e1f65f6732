// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.sluice.plugin.config.SluiceConfig;
import dev.sluice.plugin.scheduling.SchedulerSetup;
import dev.sluice.routing.rule.RuleBook;
import dev.sluice.routing.trust.TrustedNetworks;
import dev.sluice.routing.window.InForce;
import dev.sluice.routing.window.WindowBook;
import dev.sluice.scheduler.Alarm;
import dev.sluice.scheduler.PreparedChange;
import dev.sluice.scheduler.Scheduler;
import dev.sluice.scheduler.SchedulerConfig;
import dev.sluice.scheduler.Ticker;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a process runs with at the moment: its configuration, as the time windows that are on change it. Thread-safe.
 *
 * <p>The next boundary of a window is computed and an alarm set to it. Whether the scheduler has to be changed follows from
 * comparing what it runs with and what it should: nobody who runs or waits is touched where both are the same.
 */
final class LiveSettings {
  private static final Logger log = LoggerFactory.getLogger(LiveSettings.class);

  /** The clock on the wall may be set, so a boundary further off than this is computed again on the way. */
  private static final Duration LONGEST_ALARM = Duration.ofHours(1);

  private final RuleBook rules = new RuleBook();
  private final WindowBook windows = new WindowBook();
  private final Times times;
  private final Scheduler scheduler;
  private final Alarm boundary;
  private final ReentrantLock lock = new ReentrantLock();

  @GuardedBy("lock")
  private SluiceConfig config;

  @GuardedBy("lock")
  private SchedulerConfig running;

  private volatile TrustedNetworks trusted;
  private volatile InForce inForce = InForce.NOTHING;

  /**
   * Where time comes from, and who acts when it has come. Immutable.
   *
   * @param worker runs changes of the scheduler, which may take some milliseconds
   */
  record Times(InstantSource wall, Ticker ticker, Alarm.Factory alarms, Executor worker) {}

  /** A configuration that every part agrees to. */
  @FunctionalInterface
  interface Prepared {
    /** Makes it the one in force. */
    void commit();
  }

  /**
   * The settings of a process that starts with {@code config}.
   *
   * @param scheduler runs with {@code SchedulerSetup.of(config, InForce.NOTHING)}
   */
  LiveSettings(SluiceConfig config, Scheduler scheduler, Times times) {
    this.config = config;
    this.running = SchedulerSetup.of(config, InForce.NOTHING);
    this.scheduler = scheduler;
    this.times = times;
    this.trusted = config.senders().trusted();
    this.boundary = times.alarms().create(() -> times.worker().execute(this::refresh));
    rules.configure(config.senders().rules());
    windows.configure(config.senders().windows());
  }

  /** The routing rules; whoever reads them from a database stores them here. */
  RuleBook rules() {
    return rules;
  }

  /** The time windows; whoever changes them calls {@link #refresh} afterwards. */
  WindowBook windows() {
    return windows;
  }

  /** What the windows change at the moment. */
  InForce inForce() {
    return inForce;
  }

  /** Whose headers count. */
  TrustedNetworks trusted() {
    return trusted;
  }

  /**
   * Checks a configuration together with the windows that would be on with it, and changes nothing.
   *
   * @throws IllegalArgumentException naming what is wrong
   */
  Prepared prepare(SluiceConfig next) {
    InForce then = windows.planWith(next.senders().windows()).at(times.wall().instant());
    scheduler.prepare(SchedulerSetup.of(next, then));
    return () -> commit(next);
  }

  private void commit(SluiceConfig next) {
    lock.lock();
    try {
      config = next;
      trusted = next.senders().trusted();
      rules.configure(next.senders().rules());
      windows.configure(next.senders().windows());
      refreshLocked();
    } finally {
      lock.unlock();
    }
  }

  /** Puts in force what the windows come to now, and sets the alarm to the next boundary. */
  void refresh() {
    lock.lock();
    try {
      refreshLocked();
    } finally {
      lock.unlock();
    }
  }

  @GuardedBy("lock")
  private void refreshLocked() {
    Instant now = times.wall().instant();
    InForce next = windows.plan().at(now);
    SchedulerConfig wanted = SchedulerSetup.of(config, next);
    boolean agreed = true;
    if (!wanted.equals(running)) {
      try {
        PreparedChange change = scheduler.prepare(wanted);
        change.commit();
        running = wanted;
      } catch (IllegalArgumentException e) {
        agreed = false;
        log.error("time windows not applied, what was in force before stays: {}", e.getMessage());
      }
    }
    if (agreed) {
      if (!next.active().equals(inForce.active())) {
        log.info("time windows changed on={} until={}", next.active(), next.until().map(Instant::toString).orElse("for good"));
      }
      inForce = next;
    }
    setAlarmLocked(next, now);
  }

  @GuardedBy("lock")
  private void setAlarmLocked(InForce next, Instant now) {
    if (next.until().isEmpty()) {
      boundary.clear();
      return;
    }
    Duration left = Duration.between(now, next.until().get());
    Duration wait = left.compareTo(LONGEST_ALARM) < 0 ? left : LONGEST_ALARM;
    boundary.set(times.ticker().read() + wait.toNanos());
  }
}
