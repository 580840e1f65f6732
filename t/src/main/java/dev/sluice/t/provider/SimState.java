// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.provider;

import java.util.List;

/**
 * The truth about a provider since it was started or reset. Immutable.
 *
 * @param inFlight generations accepted and not over, waiting ones included
 * @param maxInFlight the most there ever were
 * @param running generations in the batch
 * @param queued generations that wait for the batch
 * @param accepted generations that began
 * @param completed generations whose whole answer was written
 * @param aborted generations that ended because their caller left
 * @param scripted generations on which a script played a failure
 * @param unauthorized requests refused for their key
 * @param refused requests refused for their length or as no conversation
 * @param promptTokens prompt tokens read
 * @param outputTokens output tokens produced, for whomever
 * @param reportedTokens prompt and output tokens of the completed answers
 * @param tokensBySecond prompt and output tokens of each second, the first one first, for an hour
 */
public record SimState(
    int inFlight,
    int maxInFlight,
    int running,
    int queued,
    long accepted,
    long completed,
    long aborted,
    long scripted,
    long unauthorized,
    long refused,
    long promptTokens,
    long outputTokens,
    long reportedTokens,
    List<Long> tokensBySecond) {

  /** Copies the timeline. */
  public SimState {
    tokensBySecond = List.copyOf(tokensBySecond);
  }
}
