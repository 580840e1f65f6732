// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler.fairness;

import java.util.OptionalLong;

/**
 * What having waited for long is worth. Immutable.
 *
 * <p>A waiter of lane {@code l} that has waited {@code k} whole intervals counts as one of lane {@code l - k}. It is <em>overdue</em>
 * once it has aged past lane 0, which takes {@code l + 1} intervals, or has waited longer than the starvation timeout.
 *
 * @param starvationTimeoutNanos the wait after which a waiter of any lane is overdue; at least 0; empty for never
 * @param intervalNanos the wait that makes up for one lane; at least 1; empty for never
 */
public record Ageing(OptionalLong starvationTimeoutNanos, OptionalLong intervalNanos) {
  /** The lane of those who have aged past lane 0. */
  static final int PAST_ALL = -1;

  /** True if having waited is worth nothing. */
  public boolean isOff() {
    return starvationTimeoutNanos.isEmpty() && intervalNanos.isEmpty();
  }

  /** Whether nobody who comes later goes before {@code entry} any more. */
  public boolean isOverdue(Entry entry, long nowNanos) {
    return starves(entry, nowNanos) || agedLane(entry, nowNanos) == PAST_ALL;
  }

  /** Whether {@code entry} has waited longer than the starvation timeout. */
  boolean starves(Entry entry, long nowNanos) {
    return starvationTimeoutNanos.isPresent() && nowNanos - entry.arrivalNanos() > starvationTimeoutNanos.getAsLong();
  }

  /** The lane that {@code entry} counts as one of; at least {@link #PAST_ALL}. */
  int agedLane(Entry entry, long nowNanos) {
    if (intervalNanos.isEmpty()) {
      return entry.laneIndex();
    }
    long lanes = Math.max(0, nowNanos - entry.arrivalNanos()) / intervalNanos.getAsLong();
    return (int) Math.max(PAST_ALL, entry.laneIndex() - lanes);
  }

  /** Time until {@code entry} counts for more than now; {@link Long#MAX_VALUE} for never. */
  long nextChangeInNanos(Entry entry, long nowNanos) {
    long waitedNanos = Math.max(0, nowNanos - entry.arrivalNanos());
    long next = Long.MAX_VALUE;
    if (starvationTimeoutNanos.isPresent() && !starves(entry, nowNanos)) {
      next = starvationTimeoutNanos.getAsLong() - waitedNanos + 1;
    }
    if (intervalNanos.isPresent() && agedLane(entry, nowNanos) != PAST_ALL) {
      next = Math.min(next, intervalNanos.getAsLong() - waitedNanos % intervalNanos.getAsLong());
    }
    return next;
  }
}
