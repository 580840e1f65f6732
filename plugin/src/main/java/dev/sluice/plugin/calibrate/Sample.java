// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.calibrate;

import java.util.OptionalLong;

/**
 * One request and its answer. Immutable.
 *
 * @param worker which of those that send at a time sent it, from 0
 * @param sentNanos when it was sent
 * @param firstNanos when the first token came; empty for an answer in one piece and for a failure
 * @param endNanos when the answer was whole, or the failure known
 * @param promptTokens as the endpoint counts them; 0 for a failure
 * @param outputTokens as the endpoint counts them; 0 for a failure
 * @param counted whether the endpoint said how many tokens there were; they are guessed otherwise
 */
record Sample(
    int worker, long sentNanos, OptionalLong firstNanos, long endNanos, long promptTokens, long outputTokens, boolean counted, Ending ending) {
  /** How it ended. */
  sealed interface Ending {
    /** Answered. */
    record Answered() implements Ending {}

    /** Sent away for now: 429 or 503; {@code waitNanos} as long as the endpoint asks for. */
    record Throttled(long waitNanos) implements Ending {}

    /** Not answered; {@code what} is fit to be shown. */
    record Failed(String what) implements Ending {}
  }

  boolean answered() {
    return ending instanceof Ending.Answered;
  }

  /** The part of its tokens that fell between two instants, if prompts are read and answers written evenly. */
  double tokensBetween(long fromNanos, long untilNanos) {
    long first = firstNanos.orElse(endNanos);
    return firstNanos.isEmpty()
        ? spread(promptTokens + outputTokens, sentNanos, endNanos, fromNanos, untilNanos)
        : spread(promptTokens, sentNanos, first, fromNanos, untilNanos) + spread(outputTokens, first, endNanos, fromNanos, untilNanos);
  }

  private static double spread(long tokens, long begin, long end, long from, long until) {
    if (end <= begin) {
      return end >= from && end < until ? tokens : 0;
    }
    long overlap = Math.min(end, until) - Math.max(begin, from);
    return overlap <= 0 ? 0 : tokens * (overlap / (double) (end - begin));
  }
}
