// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler.cost;

import org.jspecify.annotations.Nullable;

/** The answers of one account from one model, streamed or not. Not thread-safe; confined to {@link LearnedCosts}' lock. */
final class OutputHistory {
  /** Eight bins an octave, up to four million tokens: a quantile is off by a twelfth at most. */
  static final FadingHistogram.Scale SCALE = new FadingHistogram.Scale(1, 8, 22);

  private static final int WINDOW = 128;

  /** How many answers of its own outweigh what is believed of it. */
  private static final double BELIEF = 4;

  /** With fewer answers than this, an account is no example for others. */
  private static final double EXAMPLE = 8;

  private final FadingHistogram answers = new FadingHistogram(SCALE, WINDOW);
  private final AnswerGuess guess = new AnswerGuess();
  private int vote;
  private @Nullable Votes votedIn;

  /** The expected answer in tokens, {@code believed} being what is believed of an account without answers. */
  double expected(double quantile, double believed) {
    return answers.evidence() == 0 ? believed : answers.quantile(quantile, believed, BELIEF);
  }

  /** What is expected of one request. */
  AnswerGuess guess() {
    return guess;
  }

  /** Takes in an answer's length and votes anew. */
  void add(double tokens, double quantile, Votes votes) {
    answers.add(tokens);
    if (answers.evidence() >= EXAMPLE) {
      int next = SCALE.bin(answers.quantile(quantile).orElse(1));
      withdraw();
      vote = next;
      votedIn = votes;
      votes.cast(next);
    }
  }

  /** Takes the vote back. */
  void withdraw() {
    if (votedIn != null) {
      votedIn.withdraw(vote);
      votedIn = null;
    }
  }
}
