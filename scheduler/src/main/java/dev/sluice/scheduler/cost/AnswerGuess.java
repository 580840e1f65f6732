// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler.cost;

/**
 * One account's expected answers: of its own {@link AnswerMeans} and those of all accounts together, the mean that lately erred least
 * for this account. Not thread-safe; confined to {@link LearnedCosts}' lock.
 *
 * <p>So a limit that says something about the answers is heeded, and one that lies, or is the same on every request, is not: the means
 * that go by it err more than those that don't. What is learned are answers as reported, never claims.
 */
final class AnswerGuess {
  private static final int MEANS = 2 * AnswerMeans.WAYS;
  private static final double FADE = 1 - 1.0 / 64;

  private final AnswerMeans own = new AnswerMeans();
  private final double[] errors = new double[MEANS];

  /** The expected answer in tokens; {@code configured} stands in for what nobody knows. */
  double expected(AnswerMeans.Shape shape, AnswerMeans everyone, double configured) {
    return means(shape, everyone, configured)[best()];
  }

  /** As {@link #expected} for an account without answers. */
  static double ofStranger(AnswerMeans.Shape shape, AnswerMeans everyone, double configured) {
    double[] means = new double[AnswerMeans.WAYS];
    everyone.means(shape, configured, means, 0);
    return means[AnswerMeans.WAYS - 1];
  }

  /** Takes in an answer, also into what is known of everyone. */
  void add(AnswerMeans.Shape shape, double tokens, AnswerMeans everyone, double configured) {
    double[] means = means(shape, everyone, configured);
    for (int i = 0; i < MEANS; i++) {
      errors[i] = errors[i] * FADE + Math.abs(means[i] - tokens);
    }
    own.add(shape, tokens);
    everyone.add(shape, tokens);
  }

  private double[] means(AnswerMeans.Shape shape, AnswerMeans everyone, double configured) {
    double[] means = new double[MEANS];
    everyone.means(shape, configured, means, AnswerMeans.WAYS);
    own.means(shape, means[AnswerMeans.WAYS], means, 0);
    return means;
  }

  /** Of equals the last, which tells apart most. */
  private int best() {
    int best = 0;
    for (int i = 1; i < MEANS; i++) {
      best = errors[i] <= errors[best] ? i : best;
    }
    return best;
  }
}
