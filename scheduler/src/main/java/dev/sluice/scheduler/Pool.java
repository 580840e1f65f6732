// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.sluice.scheduler.SchedulerSnapshot.PoolSnapshot;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One model's providers, ledger and waiting room, shared by threads. Thread-safe.
 *
 * <p>Every event takes the one lock, reads the clock, lets {@link PoolCore} do the work, sets the alarm to the next instant that
 * matters, releases the lock and only then fires the effects. Listeners may therefore call back into the pool. Effects of one
 * event keep their order; those of two events may interleave.
 */
final class Pool {
  private final String model;
  private final Ticker ticker;
  private final SchedulerListener listener;
  private final Alarm alarm;
  private final ReentrantLock lock = new ReentrantLock();

  @GuardedBy("lock")
  private final PoolCore core;

  @GuardedBy("lock")
  private boolean retired;

  @GuardedBy("lock")
  private boolean alarmed;

  @GuardedBy("lock")
  private long alarmedForNanos;

  Pool(String model, SchedulerConfig config, Ticker ticker, Alarm.Factory alarms, SchedulerListener listener) {
    this.model = model;
    this.ticker = ticker;
    this.listener = listener;
    this.core = new PoolCore(this, config, accounts(model, config), new Effects(listener), ticker.read());
    this.alarm = alarms.create(this::wake);
  }

  private static List<ProviderAccount> accounts(String model, SchedulerConfig config) {
    return config.pools().getOrDefault(model, List.of());
  }

  String model() {
    return model;
  }

  Decision submit(WorkRequest request, WaitListener waitListener) {
    Effects effects = new Effects(listener);
    Decision decision;
    lock.lock();
    try {
      core.begin(ticker.read(), effects);
      decision = retired
          ? core.refuse(request, RejectReason.UNKNOWN_MODEL)
          : core.submit(request, waitListener);
      setAlarm();
    } finally {
      lock.unlock();
    }
    effects.fire();
    return decision;
  }

  Outlook outlook(WorkRequest request) {
    Effects effects = new Effects(listener);
    Outlook outlook;
    lock.lock();
    try {
      core.begin(ticker.read(), effects);
      outlook = retired ? Outlook.NOBODY : core.outlook(request);
      setAlarm();
    } finally {
      lock.unlock();
    }
    effects.fire();
    return outlook;
  }

  boolean cancel(Waiter waiter) {
    Effects effects = new Effects(listener);
    boolean cancelled;
    lock.lock();
    try {
      core.begin(ticker.read(), effects);
      cancelled = core.cancel(waiter);
      setAlarm();
    } finally {
      lock.unlock();
    }
    effects.fire();
    return cancelled;
  }

  boolean end(PoolLease lease, LeaseEnd end, TokenCost actual) {
    Effects effects = new Effects(listener);
    boolean ended;
    lock.lock();
    try {
      core.begin(ticker.read(), effects);
      ended = core.end(lease, end, actual);
      setAlarm();
    } finally {
      lock.unlock();
    }
    effects.fire();
    return ended;
  }

  private void wake() {
    Effects effects = new Effects(listener);
    lock.lock();
    try {
      alarmed = false;
      core.begin(ticker.read(), effects);
      setAlarm();
    } finally {
      lock.unlock();
    }
    effects.fire();
  }

  /** Takes over a checked configuration; a model it does not list is retired. The caller fires what is returned. */
  Effects reconfigure(SchedulerConfig config) {
    Effects effects = new Effects(listener);
    lock.lock();
    try {
      retired = !config.pools().containsKey(model);
      core.begin(ticker.read(), effects);
      core.reconfigure(config, accounts(model, config));
      setAlarm();
    } finally {
      lock.unlock();
    }
    return effects;
  }

  /** Changes how much of a provider's limits holds. */
  void adjust(String provider, AccountChange change) {
    Effects effects = new Effects(listener);
    lock.lock();
    try {
      core.begin(ticker.read(), effects);
      core.adjust(provider, change);
      setAlarm();
    } finally {
      lock.unlock();
    }
    effects.fire();
  }

  /** Changes what sending requests to a provider costs. */
  void prefer(String provider, Preference preference) {
    lock.lock();
    try {
      core.prefer(provider, preference);
    } finally {
      lock.unlock();
    }
  }

  /** Sends every waiter away for good. The caller fires what is returned. */
  Effects drain() {
    Effects effects = new Effects(listener);
    lock.lock();
    try {
      core.begin(ticker.read(), effects);
      core.drain();
      setAlarm();
    } finally {
      lock.unlock();
    }
    return effects;
  }

  PoolSnapshot snapshot() {
    Effects effects = new Effects(listener);
    PoolSnapshot snapshot;
    lock.lock();
    try {
      core.begin(ticker.read(), effects);
      snapshot = core.snapshot();
      setAlarm();
    } finally {
      lock.unlock();
    }
    effects.fire();
    return snapshot;
  }

  /** True if the model is gone and so is every lease. */
  boolean isOver() {
    lock.lock();
    try {
      return retired && core.openLeases() == 0;
    } finally {
      lock.unlock();
    }
  }

  /** An alarm never runs its task from inside {@code set}, so this may be done under the lock, and must be: in event order. */
  @GuardedBy("lock")
  private void setAlarm() {
    if (core.hasWake()) {
      long wakeAtNanos = core.wakeAtNanos();
      if (!alarmed || wakeAtNanos != alarmedForNanos) {
        alarmed = true;
        alarmedForNanos = wakeAtNanos;
        alarm.set(wakeAtNanos);
      }
    } else if (alarmed) {
      alarmed = false;
      alarm.clear();
    }
  }
}
