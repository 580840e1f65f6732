// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.bench.replay;

import dev.sluice.plugin.bench.trace.TraceRequest;
import java.util.List;

/** What a policy sees of a replay, and what it may do. Not thread-safe. */
public interface Stage {
  VirtualTime time();

  /** The slots to begin with. */
  int slots();

  List<LaneGoal> goals();

  /** How many requests the trace has; their ids are 0 to one less, by arrival. */
  int size();

  TraceRequest request(int id);

  /** True slot time of a request, in nanoseconds; for clairvoyant comparisons only. */
  long slotNanos(int id);

  /** When the current attempt of a request arrived. */
  long arrivedNanos(int id);

  /** The tokens that the policy is told to expect of the answer. */
  long expectedOutput(int id);

  /** A request gets a slot now. */
  void start(int id);

  /** A request is refused or sent away now; a caller that retries waits so long first. */
  void refuse(int id, long retryAfterNanos);

  /** Keeps what was foretold for a request that waits, for the prediction's error. */
  void foretold(int id, long waitNanos);
}
