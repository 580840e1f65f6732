// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.calibrate;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * What so many requests at a time came to. Immutable.
 *
 * @param tokensPerSecond prompt and output tokens together
 * @param windows the same in each window
 * @param requestsPerSecond that were answered
 * @param firstTokenP50Seconds of streams; 0 if there was none
 * @param firstTokenP90Seconds of streams
 * @param prefillPerSecond prompt tokens of streams by their time to first token
 * @param outputPerSecond output tokens of one stream after its first, what nine in ten streams reach
 * @param troubled part of the requests that were throttled or failed; 0..1
 * @param counted whether the endpoint counted the tokens
 */
public record Step(
    int concurrency,
    Estimate tokensPerSecond,
    List<Double> windows,
    double requestsPerSecond,
    double firstTokenP50Seconds,
    double firstTokenP90Seconds,
    double prefillPerSecond,
    double outputPerSecond,
    double troubled,
    boolean counted) {
  private static final double NANOS = 1e9;
  private static final int WINDOWS = 10;
  private static final double SLOW_TENTH = 0.1;

  public Step {
    windows = List.copyOf(windows);
  }

  /** Judges {@code samples} by what fell between two instants, while all requests at a time were there. */
  static Step of(int concurrency, List<Sample> samples, long fromNanos, long untilNanos) {
    double[] windows = new double[WINDOWS];
    long width = Math.max(1, (untilNanos - fromNanos) / WINDOWS);
    List<Sample> answered = samples.stream().filter(Sample::answered).toList();
    for (int i = 0; i < WINDOWS; i++) {
      long begin = fromNanos + i * width;
      windows[i] = answered.stream().mapToDouble(sample -> sample.tokensBetween(begin, begin + width)).sum() / width * NANOS;
    }
    List<Sample> ended = samples.stream().filter(sample -> sample.endNanos() >= fromNanos && sample.endNanos() < untilNanos).toList();
    long good = ended.stream().filter(Sample::answered).count();
    List<Sample> streams = answered.stream().filter(sample -> sample.firstNanos().isPresent() && sample.endNanos() >= fromNanos).toList();
    double[] first = streams.stream().mapToDouble(sample -> firstSeconds(sample)).sorted().toArray();
    double prompts = streams.stream().mapToDouble(Sample::promptTokens).sum();
    double[] output =
        streams.stream()
            .filter(sample -> sample.outputTokens() > 1 && sample.endNanos() > sample.firstNanos().orElse(0))
            .mapToDouble(sample -> (sample.outputTokens() - 1) / ((sample.endNanos() - sample.firstNanos().orElse(0)) / NANOS))
            .sorted()
            .toArray();
    return new Step(
        concurrency, Estimate.of(windows), Arrays.stream(windows).boxed().toList(), good / Math.max(1e-9, (untilNanos - fromNanos) / NANOS),
        quantile(first, 0.5), quantile(first, 0.9), prompts / Math.max(1e-9, Arrays.stream(first).sum()), quantile(output, SLOW_TENTH),
        ended.isEmpty() ? 0 : 1 - good / (double) ended.size(), answered.stream().allMatch(Sample::counted));
  }

  private static double firstSeconds(Sample sample) {
    return (sample.firstNanos().orElse(sample.endNanos()) - sample.sentNanos()) / NANOS;
  }

  private static double quantile(double[] sorted, double part) {
    return sorted.length == 0 ? 0 : sorted[(int) Math.min(sorted.length - 1.0, Math.floor(part * sorted.length))];
  }

  /** This step's paces with the windows of both. */
  Step with(Step again) {
    double[] all = Stream.concat(windows.stream(), again.windows.stream()).mapToDouble(Double::doubleValue).toArray();
    return new Step(
        concurrency, Estimate.of(all), Arrays.stream(all).boxed().toList(), (requestsPerSecond + again.requestsPerSecond) / 2,
        Math.max(firstTokenP50Seconds, again.firstTokenP50Seconds), Math.max(firstTokenP90Seconds, again.firstTokenP90Seconds),
        Math.min(prefillPerSecond, again.prefillPerSecond), Math.min(outputPerSecond, again.outputPerSecond),
        Math.max(troubled, again.troubled), counted && again.counted);
  }
}
