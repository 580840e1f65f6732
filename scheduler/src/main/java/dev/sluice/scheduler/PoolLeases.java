// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler;

import dev.sluice.scheduler.bucket.Draw;
import dev.sluice.scheduler.share.LaneUse;
import dev.sluice.scheduler.waiting.WaitingRoom;
import org.jspecify.annotations.Nullable;

/** The open leases of one pool: each is opened once and ended once. Not thread-safe; confined to the pool's lock. */
final class PoolLeases {
  private final Pool pool;
  private final PoolAccounts accounts;
  private final WaitingRoom room;
  private final LaneUse use;
  private final PoolTally tally;
  private final DecisionNotes notes;
  private final PoolLease.ByExpiry open = new PoolLease.ByExpiry();
  private long nextSequence;

  PoolLeases(Pool pool, PoolAccounts accounts, WaitingRoom room, LaneUse use, PoolTally tally, DecisionNotes notes) {
    this.pool = pool;
    this.accounts = accounts;
    this.room = room;
    this.use = use;
    this.tally = tally;
    this.notes = notes;
  }

  /**
   * Gives {@code waiter}, which waits no more, a lease of an account that has reserved for it.
   *
   * @param draw what a bucket was charged, if there are any
   * @param queued whether it waited, if only for no time
   */
  PoolLease open(Waiter waiter, int accountIndex, @Nullable Draw draw, boolean queued, long nowNanos, Effects effects) {
    int lane = waiter.laneIndex();
    PoolLease lease = new PoolLease(pool, accounts.get(accountIndex), waiter, draw, nowNanos, nextSequence++);
    open.add(lease);
    notes.admitted(waiter, lease, accountIndex, nowNanos, effects);
    use.began(lane, nowNanos);
    tally.admitted(lane, waiter.tokens());
    SchedulerListener listener = effects.listener();
    effects.add(() -> listener.admitted(pool.model(), lease.provider(), lane, lease.waitNanos(), queued));
    if (queued) {
      long predictedNanos = waiter.predictedWaitNanos();
      effects.add(() -> listener.waited(pool.model(), lane, predictedNanos, lease.waitNanos()));
    }
    return lease;
  }

  /** Ends {@code lease}; says whether it was open. */
  boolean end(PoolLease lease, LeaseEnd end, TokenCost actual, long nowNanos, Effects effects) {
    if (!open.contains(lease)) {
      tally.lateEnd();
      SchedulerListener listener = effects.listener();
      effects.add(() -> listener.lateEnd(pool.model()));
      return false;
    }
    finish(lease, end, actual, nowNanos, effects);
    return true;
  }

  /** Ends those that are past their expiry. */
  void expire(long nowNanos, Effects effects) {
    for (PoolLease lease = open.peek(); lease != null && nowNanos - lease.expiresAtNanos() >= 0; lease = open.peek()) {
      finish(lease, LeaseEnd.EXPIRED, lease.cost(), nowNanos, effects);
    }
  }

  private void finish(PoolLease lease, LeaseEnd end, TokenCost actual, long nowNanos, Effects effects) {
    open.remove(lease);
    use.ended(lease.lane(), lease.ageNanos(nowNanos), nowNanos);
    tally.ended(end);
    long reserved = lease.cost().total();
    Draw draw = lease.draw();
    if (draw != null) {
      draw.end(end == LeaseEnd.EXPIRED ? reserved : actual.total(), nowNanos);
    }
    switch (end) {
      case SETTLED -> lease.account().account().settle(reserved, actual.total(), nowNanos);
      case CANCELLED -> lease.account().account().cancel(reserved, nowNanos);
      case EXPIRED -> lease.account().account().expire(reserved);
    }
    if (end != LeaseEnd.EXPIRED && lease.lane() < room.lanes()) {
      WorkRequest request = lease.request();
      room.lane(lease.lane()).correct(request.flow(), request.service(actual) - request.service());
    }
    SchedulerListener listener = effects.listener();
    effects.add(() -> listener.leaseEnded(lease, end, actual));
  }

  /** Time until the next one expires; {@link Long#MAX_VALUE} for none. */
  long expiresInNanos(long nowNanos) {
    PoolLease next = open.peek();
    return next == null ? Long.MAX_VALUE : Math.max(0, next.expiresAtNanos() - nowNanos);
  }

  int size() {
    return open.size();
  }
}
