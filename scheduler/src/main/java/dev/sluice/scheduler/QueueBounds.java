// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler;

/**
 * How much may wait in one pool, over all its lanes. Immutable.
 *
 * @param maxRequests waiters at most; at least 0
 * @param maxBytes memory of the waiters at most, in bytes; at least 0
 * @param maxRequestsPerFlow waiters of one flow in one lane at most; at least 0
 */
public record QueueBounds(int maxRequests, long maxBytes, int maxRequestsPerFlow) {
  public QueueBounds {
    Expect.range("maxRequests", maxRequests, 0, Integer.MAX_VALUE);
    Expect.range("maxBytes", maxBytes, 0, Long.MAX_VALUE);
    Expect.range("maxRequestsPerFlow", maxRequestsPerFlow, 0, Integer.MAX_VALUE);
  }
}
