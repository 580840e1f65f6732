// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.load;

import java.util.Locale;
import org.HdrHistogram.Histogram;

/**
 * What a runner did in one measured stretch. Immutable, as long as nobody writes to the histogram.
 *
 * @param conversations from call to answer
 * @param admitted answers that let the request pass, with changes or without
 * @param stopped answers that stop it
 * @param errors error frames and lost connections
 * @param nanos durations of conversations; from the intended start in an open loop
 */
public record RpcReport(
    long conversations, long admitted, long stopped, long errors, double seconds, Histogram nanos) {

  /** Conversations a second. */
  public double perSecond() {
    return conversations / seconds;
  }

  /** A percentile of the durations in microseconds. */
  public double micros(double percentile) {
    return nanos.getValueAtPercentile(percentile) / 1000.0;
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT, "%.0f/s p50=%.0fus p99=%.0fus admitted=%d stopped=%d errors=%d",
        perSecond(), micros(50), micros(99), admitted, stopped, errors);
  }
}
