// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.time;

import dev.sluice.scheduler.Alarm;
import dev.sluice.scheduler.Ticker;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One thread that wakes pools at the instants they choose.
 *
 * <p>Setting an alarm later than the thread's planned wake-up costs one volatile write: the thread wakes early, finds nothing
 * due and plans anew. Only an earlier instant unparks it. There are as many alarms as pools, so the scan is short.
 * Thread-safe.
 */
public final class AlarmClock implements Alarm.Factory, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(AlarmClock.class);
  /** How far ahead the thread plans when nothing is set. */
  private static final long IDLE_NANOS = 3_600_000_000_000L;

  private final Ticker ticker;
  private final List<PoolAlarm> alarms = new CopyOnWriteArrayList<>();
  private final Thread thread;
  private volatile long plannedNanos;
  private volatile boolean closed;

  /** A started clock on {@code ticker}. */
  public AlarmClock(Ticker ticker) {
    this.ticker = ticker;
    this.plannedNanos = ticker.read() + IDLE_NANOS;
    this.thread = Thread.ofPlatform().name("sluice-alarm").daemon(true).unstarted(this::run);
    thread.start();
  }

  @Override
  public Alarm create(Runnable task) {
    PoolAlarm alarm = new PoolAlarm(task);
    alarms.add(alarm);
    return alarm;
  }

  private void run() {
    while (!closed) {
      long now = ticker.read();
      long next = now + IDLE_NANOS;
      // Published before the alarms are read: whoever sets one afterwards compares with it and unparks.
      plannedNanos = next;
      for (PoolAlarm alarm : alarms) {
        next = alarm.ringIfDue(now, next);
      }
      plannedNanos = next;
      if (anyEarlierThan(next)) {
        continue;
      }
      long left = next - ticker.read();
      if (left > 0) {
        LockSupport.parkNanos(this, left);
      }
    }
  }

  private boolean anyEarlierThan(long next) {
    for (PoolAlarm alarm : alarms) {
      if (alarm.due.get() instanceof Due.At at && at.nanos() - next < 0) {
        return true;
      }
    }
    return false;
  }

  /** Stops the thread; alarms set afterwards never ring. */
  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(thread);
  }

  private sealed interface Due {
    record Never() implements Due {}

    record At(long nanos) implements Due {}
  }

  private static final Due NEVER = new Due.Never();

  private final class PoolAlarm implements Alarm {
    private final Runnable task;
    private final AtomicReference<Due> due = new AtomicReference<>(NEVER);

    PoolAlarm(Runnable task) {
      this.task = task;
    }

    @Override
    public void set(long atNanos) {
      due.set(new Due.At(atNanos));
      if (atNanos - plannedNanos < 0) {
        LockSupport.unpark(thread);
      }
    }

    @Override
    public void clear() {
      due.set(NEVER);
    }

    /** Rings when due; otherwise the earlier of {@code next} and this alarm's instant. */
    long ringIfDue(long now, long next) {
      if (!(due.get() instanceof Due.At at)) {
        return next;
      }
      if (at.nanos() - now > 0) {
        return at.nanos() - next < 0 ? at.nanos() : next;
      }
      // A set that came in between stands, and is looked at in the next round.
      if (due.compareAndSet(at, NEVER)) {
        try {
          task.run();
        } catch (RuntimeException | Error e) {
          log.error("an alarm's task failed", e);
        }
      }
      // The task usually sets its own next instant.
      return due.get() instanceof Due.At again && again.nanos() - next < 0 ? again.nanos() : next;
    }
  }
}
