// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler;

import dev.sluice.scheduler.bucket.Draw;
import dev.sluice.scheduler.order.IndexedHeap;
import org.jspecify.annotations.Nullable;

/** A lease of one pool. Thread-safe; what changes is confined to the pool's lock. */
final class PoolLease implements Lease {
  private final Pool pool;
  private final PoolAccount account;
  private final int lane;
  private final WorkRequest request;
  private final long waitNanos;
  private final Headroom headroom;
  private final long beganAtNanos;
  private final long expiresAtNanos;
  private final long sequence;
  private final @Nullable Draw draw;
  private int expiryIndex = IndexedHeap.ABSENT;

  /**
   * A lease that begins now; the account has reserved for it.
   *
   * @param draw what a bucket was charged, if there are any
   * @param sequence its rank by grant, unique in the pool
   */
  PoolLease(Pool pool, PoolAccount account, Waiter waiter, @Nullable Draw draw, long nowNanos, long sequence) {
    this.pool = pool;
    this.account = account;
    this.lane = waiter.laneIndex();
    this.request = waiter.request();
    this.waitNanos = nowNanos - waiter.arrivalNanos();
    this.headroom = account.headroom(nowNanos);
    this.beganAtNanos = nowNanos;
    this.expiresAtNanos = nowNanos + account.leaseLifeNanos(request);
    this.sequence = sequence;
    this.draw = draw;
  }

  /** What a bucket was charged; null without buckets. */
  @Nullable Draw draw() {
    return draw;
  }

  /** The request that was granted it. */
  WorkRequest request() {
    return request;
  }

  /** The account that holds the reservation, also after its removal from the pool. */
  PoolAccount account() {
    return account;
  }

  @Override
  public String provider() {
    return account.provider();
  }

  @Override
  public String model() {
    return pool.model();
  }

  @Override
  public int lane() {
    return lane;
  }

  @Override
  public TokenCost cost() {
    return request.cost();
  }

  @Override
  public long waitNanos() {
    return waitNanos;
  }

  @Override
  public Headroom headroom() {
    return headroom;
  }

  @Override
  public long expiresAtNanos() {
    return expiresAtNanos;
  }

  /** How long the request has run. */
  long ageNanos(long nowNanos) {
    return nowNanos - beganAtNanos;
  }

  @Override
  public boolean settle(TokenCost actual) {
    return pool.end(this, LeaseEnd.SETTLED, actual);
  }

  @Override
  public boolean cancel() {
    return pool.end(this, LeaseEnd.CANCELLED, TokenCost.ZERO);
  }

  @Override
  public String toString() {
    return "Lease[model=" + model() + ", provider=" + provider() + ", lane=" + lane + ", cost=" + cost() + "]";
  }

  /** Open leases, the first to expire first. Not thread-safe; confined to the pool's lock. */
  static final class ByExpiry extends IndexedHeap<PoolLease> {
    @Override
    protected boolean before(PoolLease a, PoolLease b) {
      long difference = a.expiresAtNanos - b.expiresAtNanos;
      return difference != 0 ? difference < 0 : a.sequence < b.sequence;
    }

    @Override
    protected int index(PoolLease lease) {
      return lease.expiryIndex;
    }

    @Override
    protected void index(PoolLease lease, int index) {
      lease.expiryIndex = index;
    }
  }
}
