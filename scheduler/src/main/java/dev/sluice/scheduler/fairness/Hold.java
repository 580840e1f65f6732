// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler.fairness;

import dev.sluice.scheduler.capacity.Saturating;

/**
 * How long a request is expected to hold its place once it runs, and how much it therefore concedes to others. Immutable.
 *
 * <p>Where places are what is short, one long answer takes the place of several short ones. So a request lets those of its own flow go
 * first that would have ended before it had all begun on arrival, and lets other flows get ahead of its own by {@link #DEFERENCE} times the
 * service that its place could render meanwhile, never by more than {@link LaneQueue#MAX_LAG}. Requests of one length are not affected.
 *
 * @param nanos expected time from start to end, in nanoseconds; at least 0
 * @param deference service by which other flows may get ahead, in service units; 0..{@link LaneQueue#MAX_LAG}
 */
public record Hold(long nanos, long deference) {
  /** Concedes nothing: where tokens are short, a token is a token. */
  public static final Hold NONE = new Hold(0, 0);

  /** How many times the service of its place a request lets others get ahead. */
  static final long DEFERENCE = 16;

  /** Longer than anyone waits; keeps sums with instants in range. */
  private static final long MAX_NANOS = Long.MAX_VALUE / 4;

  /**
   * The hold of a request that keeps its place for so long.
   *
   * @param serviceNanos time in which the place renders one unit of service; 0 if unknown, then other flows get nothing
   */
  public static Hold of(long nanos, long serviceNanos) {
    long service = serviceNanos <= 0 ? 0 : Saturating.multiply(DEFERENCE, nanos / serviceNanos);
    return new Hold(Math.min(nanos, MAX_NANOS), Math.min(service, LaneQueue.MAX_LAG));
  }
}
