// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler;

import dev.sluice.scheduler.fairness.Ageing;
import dev.sluice.scheduler.fairness.Entry;
import dev.sluice.scheduler.waiting.WaitingRoom;
import org.jspecify.annotations.Nullable;

/**
 * Where requests have to leave the accounts' headroom free. Not thread-safe; confined to the pool's lock.
 *
 * <p>Requests of all lanes but lane 0 leave it, so that lane 0 starts at once. An account that somebody of lane 0 waits for keeps
 * none: lane 0 does not start at once there anyhow, and with a queue of its own it shares by the policy alone. Nor does a request that is
 * {@linkplain Ageing#isOverdue overdue} leave any.
 */
final class LaneZeroHeadroom {
  private final WaitingRoom room;
  private boolean kept;
  private Ageing ageing;
  private @Nullable Entry newcomer;

  LaneZeroHeadroom(WaitingRoom room, SchedulerConfig config) {
    this.room = room;
    this.kept = config.rules().laneZeroHeadroomPercent() > 0;
    this.ageing = config.rules().ageing();
  }

  void reconfigure(SchedulerConfig next) {
    kept = next.rules().laneZeroHeadroomPercent() > 0;
    ageing = next.rules().ageing();
  }

  /** Says who has just come: as long as nobody else does, it counts as starting at once. Null once it waits. */
  void newcomer(@Nullable Entry entry) {
    newcomer = entry == null || entry.laneIndex() > 0 ? null : entry;
  }

  /** True if the newcomer changes for others where they leave headroom, once it waits. */
  boolean yieldsTo(Entry entry) {
    return kept && entry.laneIndex() == 0;
  }

  /** The accounts in which {@code entry} leaves the headroom free, one bit an account. */
  long leaves(Entry entry, long nowNanos) {
    return !kept || entry.laneIndex() == 0 || ageing.isOverdue(entry, nowNanos) ? 0 : ~room.lane(0).awaited(newcomer);
  }
}
