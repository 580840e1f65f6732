// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler;

import dev.sluice.scheduler.SchedulerSnapshot.LeaseTotals;
import dev.sluice.scheduler.SchedulerSnapshot.RequestTotals;
import java.util.EnumMap;
import java.util.Map;

/** Counts of one pool since it began. Not thread-safe; confined to the pool's lock. */
final class PoolTally {
  private final long[] dispatchedRequests = new long[SchedulerConfig.MAX_BUCKETS];
  private final long[] dispatchedTokens = new long[SchedulerConfig.MAX_BUCKETS];
  private final Map<LeaseEnd, Long> ends = new EnumMap<>(LeaseEnd.class);
  private long submitted;
  private long admitted;
  private long rejected;
  private long evicted;
  private long lateEnds;

  void submitted() {
    submitted++;
  }

  void admitted(int lane, long tokens) {
    admitted++;
    dispatchedRequests[lane]++;
    dispatchedTokens[lane] += tokens;
  }

  void rejected() {
    rejected++;
  }

  void evicted() {
    evicted++;
  }

  void ended(LeaseEnd end) {
    ends.merge(end, 1L, Long::sum);
  }

  void lateEnd() {
    lateEnds++;
  }

  long dispatchedRequests(int lane) {
    return dispatchedRequests[lane];
  }

  long dispatchedTokens(int lane) {
    return dispatchedTokens[lane];
  }

  RequestTotals requests() {
    return new RequestTotals(submitted, admitted, rejected, evicted);
  }

  LeaseTotals leases(int open) {
    return new LeaseTotals(
        ends.getOrDefault(LeaseEnd.SETTLED, 0L),
        ends.getOrDefault(LeaseEnd.CANCELLED, 0L),
        ends.getOrDefault(LeaseEnd.EXPIRED, 0L),
        open,
        lateEnds);
  }
}
