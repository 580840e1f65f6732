// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler.cost;

/**
 * How long answers to alike requests were, on average, told apart in four ways. Not thread-safe; confined to {@link LearnedCosts}' lock.
 *
 * <p>Means are over all requests, over those with a prompt of the same size, over those with an output limit of the same size, and over
 * those with both; sizes are the same if they fall into the same half of an octave. Each is drawn towards the next coarser one while it
 * has little evidence, and recent answers count more. Which of them tells most is for others to measure.
 */
final class AnswerMeans {
  /** How many means are kept of a request. */
  static final int WAYS = 4;

  /** As many answers as the coarser mean counts for. */
  private static final double BELIEF = 3;

  /** About so many answers are remembered by each mean. */
  private static final float WINDOW = 256;

  private static final int CLASSES = 64;
  private static final int PER_OCTAVE = 2;
  private static final int PAIRS = 128;
  private static final int ALL = 0;
  private static final int PROMPTS = 1;
  private static final int LIMITS = PROMPTS + CLASSES;
  private static final int BOTH = LIMITS + CLASSES;

  /** Sums and counts of answers' tokens, by cell. */
  private final float[] sums = new float[BOTH + PAIRS];

  private final float[] counts = new float[BOTH + PAIRS];

  /** Which pair of sizes holds a cell of {@code BOTH}; the last that came. */
  private final short[] pairs = new short[PAIRS];

  /**
   * What tells requests apart. Immutable.
   *
   * @param promptClass size of the prompt, 0..63
   * @param limitClass size of the caller's limit on one answer, 0..63; 0 for none
   */
  record Shape(int promptClass, int limitClass) {
    static Shape of(LearnedCosts.Asked asked) {
      long limit = asked.maxOutputTokens().isEmpty() ? 0 : Math.max(2, asked.maxOutputTokens().getAsLong() / asked.choices());
      return new Shape(sizeClass(asked.promptTokens()), sizeClass(limit));
    }

    private static int sizeClass(long size) {
      return size < 2 ? 0 : (int) Math.min(CLASSES - 1.0, PER_OCTAVE * Math.log((double) size) / Math.log(2));
    }

    private short pair() {
      return (short) (promptClass * CLASSES + limitClass);
    }

    /** The cell of both sizes together; pairs that share one drive each other out. */
    private int pairCell() {
      return BOTH + Math.floorMod(promptClass * 31 + limitClass, PAIRS);
    }
  }

  /** Writes the {@link #WAYS} means of a request into {@code into} from {@code from} on, drawn towards {@code prior}. */
  void means(Shape shape, double prior, double[] into, int from) {
    double all = mean(ALL, prior);
    double prompt = mean(PROMPTS + shape.promptClass(), all);
    into[from] = all;
    into[from + 1] = prompt;
    into[from + 2] = mean(LIMITS + shape.limitClass(), all);
    into[from + 3] = pairs[shape.pairCell() - BOTH] == shape.pair() ? mean(shape.pairCell(), prompt) : prompt;
  }

  private double mean(int cell, double prior) {
    return (sums[cell] + BELIEF * prior) / (counts[cell] + BELIEF);
  }

  /** Takes in an answer's length. */
  void add(Shape shape, double tokens) {
    int pairCell = shape.pairCell();
    if (pairs[pairCell - BOTH] != shape.pair()) {
      pairs[pairCell - BOTH] = shape.pair();
      sums[pairCell] = 0;
      counts[pairCell] = 0;
    }
    add(ALL, tokens);
    add(PROMPTS + shape.promptClass(), tokens);
    add(LIMITS + shape.limitClass(), tokens);
    add(pairCell, tokens);
  }

  private void add(int cell, double tokens) {
    float keep = counts[cell] < WINDOW ? 1 : 1 - 1 / WINDOW;
    sums[cell] = sums[cell] * keep + (float) tokens;
    counts[cell] = counts[cell] * keep + 1;
  }
}
