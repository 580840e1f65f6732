// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler.simulation;

import dev.sluice.scheduler.Alarm;
import dev.sluice.scheduler.Ticker;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A clock that is moved by hand, and the alarms that hang on it. Thread-safe.
 *
 * <p>Alarms run only inside {@link #advanceNanos}, on its thread, each with the clock at exactly its own instant, earliest first;
 * never from inside {@code set}. The origin is close to overflow on purpose: instants are compared by subtraction or fail.
 */
public final class FakeClock implements Ticker, Alarm.Factory {
  private static final long ORIGIN_NANOS = Long.MAX_VALUE - 3_000_000_000L;

  private final ReentrantLock lock = new ReentrantLock();
  private final List<FakeAlarm> alarms = new ArrayList<>();
  private long nowNanos = ORIGIN_NANOS;
  private long ringCount;

  @Override
  public long read() {
    lock.lock();
    try {
      return nowNanos;
    } finally {
      lock.unlock();
    }
  }

  /** Time since the clock was made. */
  public long elapsedNanos() {
    return read() - ORIGIN_NANOS;
  }

  /** How many alarms have run. */
  public long ringCount() {
    lock.lock();
    try {
      return ringCount;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public Alarm create(Runnable task) {
    FakeAlarm alarm = new FakeAlarm(task);
    lock.lock();
    try {
      alarms.add(alarm);
    } finally {
      lock.unlock();
    }
    return alarm;
  }

  /** Moves the clock, running what falls due. */
  public void advanceNanos(long nanos) {
    long targetNanos = read() + nanos;
    for (FakeAlarm due = pop(targetNanos); due != null; due = pop(targetNanos)) {
      due.task.run();
    }
    lock.lock();
    try {
      nowNanos = targetNanos;
    } finally {
      lock.unlock();
    }
  }

  /** Moves the clock without running anything, as when the alarm's thread is late. */
  public void stallNanos(long nanos) {
    lock.lock();
    try {
      nowNanos += nanos;
    } finally {
      lock.unlock();
    }
  }

  private @Nullable FakeAlarm pop(long targetNanos) {
    lock.lock();
    try {
      FakeAlarm earliest = null;
      for (FakeAlarm alarm : alarms) {
        if (alarm.isSet
            && alarm.atNanos - targetNanos <= 0
            && (earliest == null || alarm.atNanos - earliest.atNanos < 0)) {
          earliest = alarm;
        }
      }
      if (earliest != null) {
        earliest.isSet = false;
        nowNanos = earliest.atNanos - nowNanos > 0 ? earliest.atNanos : nowNanos;
        ringCount++;
      }
      return earliest;
    } finally {
      lock.unlock();
    }
  }

  private final class FakeAlarm implements Alarm {
    private final Runnable task;
    private boolean isSet;
    private long atNanos;

    private FakeAlarm(Runnable task) {
      this.task = task;
    }

    @Override
    public void set(long newAtNanos) {
      lock.lock();
      try {
        isSet = true;
        atNanos = newAtNanos;
      } finally {
        lock.unlock();
      }
    }

    @Override
    public void clear() {
      lock.lock();
      try {
        isSet = false;
      } finally {
        lock.unlock();
      }
    }
  }
}
