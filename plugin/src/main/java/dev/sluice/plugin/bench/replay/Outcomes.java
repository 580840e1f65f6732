// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.bench.replay;

import dev.sluice.plugin.bench.trace.Trace;

/**
 * What became of every request of a replay, by its place in the trace. Not thread-safe; treat the arrays as read-only.
 *
 * @param trace as it was replayed
 * @param arrivedNanos arrival of the last attempt
 * @param startedNanos start, {@link #NEVER} if it never started
 * @param refusedNanos last refusal or eviction, {@link #NEVER} if there was none
 * @param abandoned whether the caller left before the start
 * @param foretoldNanos predicted wait, {@link #NEVER} if none was foretold
 */
@SuppressWarnings("ArrayRecordComponent") // a plain table; compared by nobody
public record Outcomes(
    String policy,
    Trace trace,
    ReplayPlan plan,
    long[] arrivedNanos,
    long[] startedNanos,
    long[] refusedNanos,
    boolean[] abandoned,
    long[] foretoldNanos) {
  /** The instant of what did not happen. */
  public static final long NEVER = Long.MAX_VALUE;

  public boolean started(int id) {
    return startedNanos[id] != NEVER;
  }

  /** Wait of a request that started, in nanoseconds. */
  public long waitNanos(int id) {
    return startedNanos[id] - arrivedNanos[id];
  }

  /** True if it started within its lane's goal. */
  public boolean inTime(int id) {
    return started(id) && waitNanos(id) <= plan.goals().get(trace.requests().get(id).lane()).maxWaitNanos();
  }
}
