// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler;

import java.util.List;

/**
 * The state of a scheduler; each pool is consistent in itself, as of the moment it was looked at. Immutable.
 *
 * @param pools by model name; a removed pool is listed until its last lease has ended
 */
public record SchedulerSnapshot(List<PoolSnapshot> pools) {
  public SchedulerSnapshot {
    pools = List.copyOf(pools);
  }

  /**
   * The state of one pool. Immutable.
   *
   * @param waiting requests that wait
   * @param waitingBytes memory they hold
   * @param accounts in configured order, then removed ones that still have leases
   * @param buckets one for each lane, or none
   */
  public record PoolSnapshot(
      String model,
      int waiting,
      long waitingBytes,
      List<LaneSnapshot> lanes,
      List<AccountSnapshot> accounts,
      RequestTotals requests,
      LeaseTotals leases,
      TokenTotals tokens,
      List<BucketSnapshot> buckets) {
    public PoolSnapshot {
      buckets = List.copyOf(buckets);
      lanes = List.copyOf(lanes);
      accounts = List.copyOf(accounts);
    }
  }

  /**
   * The state of one lane. Immutable.
   *
   * @param weight its share, as configured
   * @param oldestWaitNanos how long its oldest waiter has waited; 0 for none
   * @param dispatchedRequests admitted from this lane so far, whether they waited or not
   * @param dispatchedTokens their estimates
   */
  public record LaneSnapshot(
      int weight, int waiting, long waitingBytes, long oldestWaitNanos, long dispatchedRequests, long dispatchedTokens) {}

  /**
   * The state of one provider's account. Immutable.
   *
   * @param limits as configured
   * @param inFlight leases open
   * @param places leases that may be open at present, after what health and other processes leave of the limits
   * @param headroom present rates and levels, after the same
   * @param startedRequests since the account began
   * @param grantedTokens estimates since the account began
   */
  public record AccountSnapshot(
      String provider, AccountLimits limits, int inFlight, int places, Headroom headroom, long startedRequests, long grantedTokens) {
    /** Tokens in the bucket; negative for debt; {@link Long#MAX_VALUE} without a limit. */
    public long availableTokens() {
      return headroom.availableTokens();
    }
  }

  /**
   * The state of one bucket. Immutable.
   *
   * @param tokensPerSecond its guarantee; those of all buckets add up to what the providers have
   * @param availableTokens left of it; negative for debt
   * @param upgraded requests of worse buckets that run at its expense
   */
  public record BucketSnapshot(long tokensPerSecond, long availableTokens, int upgraded) {}

  /** Requests since the pool began: {@code submitted = admitted + rejected + evicted + waiting}. Immutable. */
  public record RequestTotals(long submitted, long admitted, long rejected, long evicted) {}

  /**
   * Leases since the pool began: {@code admitted = settled + cancelled + expired + open}. Immutable.
   *
   * @param lateEnds ends of leases that had ended; not part of the sum
   */
  public record LeaseTotals(long settled, long cancelled, long expired, long open, long lateEnds) {}

  /**
   * Estimated tokens since the pool began: {@code granted = settled + refunded + held + expired}. Immutable.
   *
   * @param settled of the estimates, what settled requests really used
   * @param refunded of the estimates, what was given back by settling below them or by cancelling
   * @param held estimates of open leases
   * @param expired estimates of expired leases, counted as spent
   * @param overrun what settled requests used beyond their estimates; debited, and not part of the sum
   */
  public record TokenTotals(long granted, long settled, long refunded, long held, long expired, long overrun) {}
}
