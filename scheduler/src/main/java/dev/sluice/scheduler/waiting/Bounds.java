// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler.waiting;

import java.util.List;

/**
 * How much may wait. Immutable.
 *
 * @param lanes bound of each lane
 * @param total bound of all lanes together
 * @param maxRequestsPerFlow waiters of one flow in one lane
 */
public record Bounds(List<Bound> lanes, Bound total, int maxRequestsPerFlow) {
  public Bounds {
    lanes = List.copyOf(lanes);
  }

  /** A bound in requests and bytes. Immutable. */
  public record Bound(int maxRequests, long maxBytes) {
    /** True if so much is within the bound. */
    boolean admits(int requests, long bytes) {
      return requests <= maxRequests && bytes <= maxBytes;
    }
  }
}
