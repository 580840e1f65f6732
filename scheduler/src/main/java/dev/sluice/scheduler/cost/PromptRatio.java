// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler.cost;

/**
 * By how much one model's reported prompts differ from their estimates: the median ratio. Not thread-safe; confined to
 * {@link LearnedCosts}' lock.
 */
final class PromptRatio {
  /** A correction never goes beyond this factor, either way: a worse estimate is no matter of tokenizers. */
  static final double MOST = 4;

  private static final FadingHistogram.Scale SCALE = new FadingHistogram.Scale(1 / 16.0, 32, 8);
  private static final int WINDOW = 256;

  /** With fewer prompts than this nothing is corrected. */
  private static final double EVIDENCE = 8;

  private static final double MEDIAN = 0.5;

  private final FadingHistogram ratios = new FadingHistogram(SCALE, WINDOW);

  void add(long estimated, long reported) {
    if (estimated > 0 && reported > 0) {
      ratios.add((double) reported / estimated);
    }
  }

  long corrected(long estimated) {
    if (ratios.evidence() < EVIDENCE) {
      return estimated;
    }
    return Math.round(estimated * Math.clamp(ratios.quantile(MEDIAN).orElse(1), 1 / MOST, MOST));
  }
}
