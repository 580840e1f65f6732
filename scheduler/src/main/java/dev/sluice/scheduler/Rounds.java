// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler;

import dev.sluice.scheduler.bucket.Buckets;
import dev.sluice.scheduler.bucket.Draw;
import dev.sluice.scheduler.dispatch.Dispatcher;
import dev.sluice.scheduler.fairness.Entry;
import dev.sluice.scheduler.share.LaneUse;
import dev.sluice.scheduler.waiting.WaitingRoom;
import org.jspecify.annotations.Nullable;

/** Dispatch rounds of one pool, and what follows from a grant. Not thread-safe; confined to the pool's lock. */
final class Rounds {
  private final PoolAccounts accounts;
  private final WaitingRoom room;
  private final LaneUse use;
  private final LaneZeroHeadroom headroom;
  private final WaitForecast forecast;
  private final PoolLeases leases;
  private final Dispatcher.Choice choice = new Choosing();
  private @Nullable Buckets buckets;
  private @Nullable Waiter arriving;
  private @Nullable PoolLease arrivalsLease;

  Rounds(PoolAccounts accounts, WaitingRoom room, LaneUse use, LaneZeroHeadroom headroom, WaitForecast forecast, PoolLeases leases) {
    this.accounts = accounts;
    this.room = room;
    this.use = use;
    this.headroom = headroom;
    this.forecast = forecast;
    this.leases = leases;
  }

  /** Takes over who pays for whom; null without buckets. */
  void buckets(@Nullable Buckets next) {
    buckets = next;
  }

  /** Says whose event this is, whose lease is not announced but {@linkplain #arrivalsLease returned}; null for nobody's. */
  void arriving(@Nullable Waiter waiter) {
    arriving = waiter;
    arrivalsLease = null;
  }

  /** What the newcomer got, or null. */
  @Nullable PoolLease arrivalsLease() {
    return arrivalsLease;
  }

  /** Grants what can be granted; returns the time until a refill lets somebody run, {@link Long#MAX_VALUE} if none will. */
  long run(long nowNanos, Effects effects) {
    long refillInNanos;
    boolean turned;
    do { // what is short decides the order, so a round that changed it is followed by another
      refillInNanos = Dispatcher.round(
          room, accounts.ledger(), choice, nowNanos, (entry, accountIndex) -> granted((Waiter) entry, accountIndex, nowNanos, effects));
      turned = !room.isEmpty() && use.scarce(accounts.anySaturated());
    } while (turned);
    return refillInNanos;
  }

  /** The account where {@code waiter} fits now, as a mask of one bit; 0 if there is none. */
  long fitting(Waiter waiter, long nowNanos) {
    return choice.pick(waiter.mask(), choice.leaves(waiter, nowNanos), waiter, nowNanos);
  }

  /** Starts a request that finds nobody waiting. */
  PoolLease startAtOnce(Waiter waiter, int accountIndex, long nowNanos, Effects effects) {
    room.passedThrough(waiter.laneIndex(), waiter.tokens(), nowNanos);
    accounts.ledger().get(accountIndex).reserve(waiter.tokens(), nowNanos);
    return lease(waiter, accountIndex, false, nowNanos, effects);
  }

  private void granted(Waiter waiter, int accountIndex, long nowNanos, Effects effects) {
    forecast.dispatched(waiter, accountIndex);
    if (waiter == arriving) {
      arrivalsLease = lease(waiter, accountIndex, false, nowNanos, effects);
    } else {
      forecast.waited(waiter, nowNanos);
      PoolLease lease = lease(waiter, accountIndex, true, nowNanos, effects);
      effects.add(() -> waiter.listener().dispatched(lease));
    }
  }

  private PoolLease lease(Waiter waiter, int accountIndex, boolean queued, long nowNanos, Effects effects) {
    Draw draw = buckets == null ? null : buckets.draw(waiter.laneIndex(), waiter.tokens(), room::isWaitedIn, nowNanos);
    return leases.open(waiter, accountIndex, draw, queued, nowNanos, effects);
  }

  private final class Choosing implements Dispatcher.Choice {
    @Override
    public long leaves(Entry entry, long nowNanos) {
      return headroom.leaves(entry, nowNanos);
    }

    @Override
    public long pick(long mask, long leaves, Entry entry, long nowNanos) {
      return accounts.pick(mask, leaves, ((Waiter) entry).request().cost(), nowNanos);
    }
  }
}
