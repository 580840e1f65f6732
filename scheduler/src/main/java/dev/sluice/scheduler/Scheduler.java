// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Decides which request may go to a provider now, which waits and which is refused. Thread-safe.
 *
 * <p>Each model has a pool with a lock of its own; pools never touch each other. No listener is called with a lock held.
 */
public final class Scheduler {
  private final Ticker ticker;
  private final Alarm.Factory alarms;
  private final SchedulerListener listener;

  /** Orders configuration changes and draining; taken before any pool's lock, never by {@link #submit}. */
  private final ReentrantLock changeLock = new ReentrantLock();

  /** Replaced, never changed; retired pools stay until their last lease has ended. */
  private volatile Map<String, Pool> pools;

  @GuardedBy("changeLock")
  private boolean draining;

  /**
   * A scheduler with nothing waiting and full capacity.
   *
   * @throws IllegalArgumentException naming everything wrong with {@code config}
   */
  public Scheduler(SchedulerConfig config, Ticker ticker, Alarm.Factory alarms, SchedulerListener listener) {
    this.ticker = ticker;
    this.alarms = alarms;
    this.listener = listener;
    Map<String, Pool> initial = new HashMap<>();
    config.checked().pools().keySet().forEach(model -> initial.put(model, newPool(model, config)));
    this.pools = Map.copyOf(initial);
  }

  /** Admits, queues or refuses a request; {@code listener} is only called if it is queued. */
  public Decision submit(String model, WorkRequest request, WaitListener listener) {
    Pool pool = pools.get(model);
    if (pool == null) {
      Effects effects = new Effects(this.listener);
      effects.add(() -> this.listener.rejected(model, request.lane(), RejectReason.UNKNOWN_MODEL));
      effects.fire();
      return new Decision.Rejected(RejectReason.UNKNOWN_MODEL, 0);
    }
    return pool.submit(request, listener);
  }

  /**
   * Checks a configuration without changing anything.
   *
   * @throws IllegalArgumentException naming everything wrong with {@code next}
   */
  public PreparedChange prepare(SchedulerConfig next) {
    SchedulerConfig checked = next.checked();
    return () -> commit(checked);
  }

  /** Foretells how a request would fare, and changes nothing. */
  public Outlook outlook(String model, WorkRequest request) {
    Pool pool = pools.get(model);
    return pool == null ? Outlook.NOBODY : pool.outlook(request);
  }

  private void commit(SchedulerConfig next) {
    List<Effects> effects = new ArrayList<>();
    changeLock.lock();
    try {
      Map<String, Pool> nextPools = new HashMap<>(pools);
      nextPools.values().removeIf(pool -> pool.isOver() && !next.pools().containsKey(pool.model()));
      nextPools.values().forEach(pool -> effects.add(pool.reconfigure(next)));
      for (String model : next.pools().keySet()) {
        if (!nextPools.containsKey(model)) {
          Pool added = newPool(model, next);
          nextPools.put(model, added);
          if (draining) {
            effects.add(added.drain());
          }
        }
      }
      pools = Map.copyOf(nextPools);
    } finally {
      changeLock.unlock();
    }
    effects.forEach(Effects::fire);
  }

  /**
   * Gives a provider only a part of its configured rates and concurrency, until told otherwise; changes of the configuration keep
   * it. Nobody running is stopped. Providers and models that don't exist are ignored.
   *
   * @param scale above 0, at most 1
   */
  public void scale(String model, String provider, double scale) {
    if (!(scale > 0 && scale <= 1)) {
      throw new IllegalArgumentException("scale: " + scale + " (expected: above 0, at most 1)");
    }
    adjust(model, provider, (account, nowNanos) -> account.scale(scale, nowNanos));
  }

  /**
   * Gives a provider what its health leaves of its limits, beside {@link #scale}, until told otherwise; changes of the configuration keep
   * it. Nobody running is stopped. Providers and models that don't exist are ignored.
   */
  public void stand(String model, String provider, Standing standing) {
    adjust(model, provider, (account, nowNanos) -> account.stand(standing, nowNanos));
  }

  /**
   * Gives this process a part of a provider's limits, beside {@link #scale} and {@link #stand}, until told otherwise; changes of the configuration keep
   * it. Nobody running is stopped. Providers and models that don't exist are ignored.
   */
  public void slice(String model, String provider, Slice slice) {
    adjust(model, provider, (account, nowNanos) -> account.slice(slice, nowNanos));
  }

  private void adjust(String model, String provider, AccountChange change) {
    Pool pool = pools.get(model);
    if (pool != null) {
      pool.adjust(provider, change);
    }
  }

  /**
   * Says what sending requests to a provider costs; with {@link Preference#NONE} everywhere, as in the beginning, configured order decides.
   * Changes of the configuration keep it. Providers and models that don't exist are ignored.
   */
  public void prefer(String model, String provider, Preference preference) {
    Pool pool = pools.get(model);
    if (pool != null) {
      pool.prefer(provider, preference);
    }
  }

  /** Evicts every waiter and refuses newcomers, for good; leases live on until they end. */
  public void drain() {
    List<Effects> effects = new ArrayList<>();
    changeLock.lock();
    try {
      draining = true;
      pools.values().forEach(pool -> effects.add(pool.drain()));
    } finally {
      changeLock.unlock();
    }
    effects.forEach(Effects::fire);
  }

  /** The state of every pool. */
  public SchedulerSnapshot snapshot() {
    return new SchedulerSnapshot(pools.values().stream()
        .filter(pool -> !pool.isOver())
        .sorted(Comparator.comparing(Pool::model))
        .map(Pool::snapshot)
        .toList());
  }

  private Pool newPool(String model, SchedulerConfig config) {
    return new Pool(model, config, ticker, alarms, listener);
  }
}
