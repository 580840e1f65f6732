// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler.cost;

import java.util.OptionalDouble;

/**
 * How often values occurred, by magnitude, the recent ones counting more. Not thread-safe; confined to its owner's lock.
 *
 * <p>Bins grow geometrically, so a quantile is off by at most one bin's width, relative to the value. Every value weighs
 * {@code 1 + 1/window} times the one before it (forward decay: Cormode, Shkapenyuk, Srivastava, Xu, ICDE 2009), so that about the
 * last {@code window} values decide.
 */
public final class FadingHistogram {
  /** Beyond this the weights are scaled down, long before a float loses count. */
  private static final double HEAVY = 1e6;

  /**
   * The bins. Immutable.
   *
   * @param least lower edge of the first bin, above 0; lesser values count as this
   * @param perOctave bins for a doubling
   * @param octaves doublings covered; greater values count as the greatest
   */
  public record Scale(double least, int perOctave, int octaves) {
    int bins() {
      return perOctave * octaves;
    }

    int bin(double value) {
      double doublings = Math.log(Math.max(value, least) / least) / Math.log(2);
      return (int) Math.min(bins() - 1L, (long) (doublings * perOctave));
    }

    /** The value at {@code position} bins from the first one's lower edge. */
    double value(double position) {
      return least * Math.pow(2, position / perOctave);
    }
  }

  private final Scale scale;
  private final double growth;
  private final float[] weights;
  private double nextWeight = 1;
  private double total;

  /** An empty histogram; {@code window} is at least 1. */
  public FadingHistogram(Scale scale, int window) {
    this.scale = scale;
    this.growth = 1 + 1.0 / window;
    this.weights = new float[scale.bins()];
  }

  /** Counts a value. */
  public void add(double value) {
    weights[scale.bin(value)] += (float) nextWeight;
    total += nextWeight;
    nextWeight *= growth;
    if (nextWeight > HEAVY) {
      for (int i = 0; i < weights.length; i++) {
        weights[i] /= (float) nextWeight;
      }
      total /= nextWeight;
      nextWeight = 1;
    }
  }

  /** How many recent values the histogram is worth; at most about the window. */
  public double evidence() {
    return total / nextWeight;
  }

  /** The value below which the part {@code quantile}, 0..1, of the recent values lies; empty without any. */
  public OptionalDouble quantile(double quantile) {
    return total == 0 ? OptionalDouble.empty() : OptionalDouble.of(quantile(quantile, scale.least(), 0));
  }

  /** As {@link #quantile(double)}, as if {@code belief} values of {@code believed} had been seen too; at least one of both. */
  double quantile(double quantile, double believed, double belief) {
    int believedBin = scale.bin(believed);
    double mass = belief * nextWeight;
    double wanted = quantile * (total + mass);
    double below = 0;
    int last = 0;
    for (int i = 0; i < weights.length; i++) {
      double weight = weights[i] + (i == believedBin ? mass : 0);
      if (weight > 0 && below + weight >= wanted) {
        return weights[i] == 0 ? believed : scale.value(i + Math.max(0, wanted - below) / weight);
      }
      last = weight > 0 ? i : last;
      below += weight;
    }
    return scale.value(last + 1);
  }
}
