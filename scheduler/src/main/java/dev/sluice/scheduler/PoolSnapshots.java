// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler;

import dev.sluice.scheduler.SchedulerSnapshot.BucketSnapshot;
import dev.sluice.scheduler.SchedulerSnapshot.LaneSnapshot;
import dev.sluice.scheduler.SchedulerSnapshot.PoolSnapshot;
import dev.sluice.scheduler.bucket.Buckets;
import dev.sluice.scheduler.fairness.Entry;
import dev.sluice.scheduler.fairness.LaneQueue;
import dev.sluice.scheduler.waiting.WaitingRoom;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Pictures of one pool. Not thread-safe; confined to the pool's lock. */
final class PoolSnapshots {
  private final Pool pool;
  private final WaitingRoom room;
  private final PoolAccounts accounts;
  private final PoolTally tally;

  PoolSnapshots(Pool pool, WaitingRoom room, PoolAccounts accounts, PoolTally tally) {
    this.pool = pool;
    this.room = room;
    this.accounts = accounts;
    this.tally = tally;
  }

  PoolSnapshot take(List<LaneConfig> configured, int openLeases, @Nullable Buckets buckets, long nowNanos) {
    List<LaneSnapshot> lanes = new ArrayList<>();
    for (int i = 0; i < room.lanes(); i++) {
      LaneQueue lane = room.lane(i);
      Entry eldest = lane.eldest();
      lanes.add(new LaneSnapshot(
          configured.get(i).weight(),
          lane.size(),
          lane.bytes(),
          eldest == null ? 0 : nowNanos - eldest.arrivalNanos(),
          tally.dispatchedRequests(i),
          tally.dispatchedTokens(i)));
    }
    return new PoolSnapshot(
        pool.model(),
        room.size(),
        room.bytes(),
        lanes,
        accounts.snapshot(nowNanos),
        tally.requests(),
        tally.leases(openLeases),
        accounts.totals(),
        buckets(buckets, nowNanos));
  }

  private List<BucketSnapshot> buckets(@Nullable Buckets buckets, long nowNanos) {
    List<BucketSnapshot> snapshots = new ArrayList<>();
    for (int i = 0; buckets != null && i < room.lanes(); i++) {
      snapshots.add(new BucketSnapshot(buckets.guarantee(i), buckets.available(i, nowNanos), buckets.upgraded(i)));
    }
    return snapshots;
  }
}
