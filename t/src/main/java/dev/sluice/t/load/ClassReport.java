// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.load;

import java.util.Map;
import java.util.TreeMap;
import org.HdrHistogram.Histogram;

/** What came of one class's requests. Not thread-safe; the generator hands it out when it is done with it. */
public final class ClassReport {
  private static final long MAX_MICROS = 3_600_000_000L;

  private final String name;
  private final Map<String, Long> outcomes = new TreeMap<>();
  private final Histogram waitMillis = new Histogram(3_600_000, 3);
  private final Histogram firstByteMicros = new Histogram(MAX_MICROS, 3);
  private final Histogram latencyMicros = new Histogram(MAX_MICROS, 3);
  private long sent;
  private long succeeded;
  private long queued;
  private long bodyBytes;

  ClassReport(String name) {
    this.name = name;
  }

  void began() {
    sent++;
  }

  void ended(String outcome) {
    outcomes.merge(outcome, 1L, Long::sum);
  }

  /** A whole answer with a 2xx status; {@code waitedMillis} is what the scheduler said. */
  void success(long waitedMillis, long firstByteNanos, long latencyNanos, long bytes) {
    succeeded++;
    queued += waitedMillis > 0 ? 1 : 0;
    bodyBytes += bytes;
    waitMillis.recordValue(Math.min(waitedMillis, 3_600_000));
    firstByteMicros.recordValue(Math.min(firstByteNanos / 1000, MAX_MICROS));
    latencyMicros.recordValue(Math.min(latencyNanos / 1000, MAX_MICROS));
  }

  /** The class's name. */
  public String name() {
    return name;
  }

  /** Requests that began. */
  public long sent() {
    return sent;
  }

  /** Requests with a whole 2xx answer. */
  public long succeeded() {
    return succeeded;
  }

  /** Successes that the scheduler had wait for a millisecond or more. */
  public long queued() {
    return queued;
  }

  /** Bytes of the bodies of successes. */
  public long bodyBytes() {
    return bodyBytes;
  }

  /**
   * How requests ended, each exactly once: {@code 200}, {@code 429 queue_full} (status and {@code x-sluice-reason}), {@code
   * aborted} by the plan, {@code cut off} in the middle of the answer, {@code failed} before it, {@code unfinished} when the
   * run was over.
   */
  public Map<String, Long> outcomes() {
    return new TreeMap<>(outcomes);
  }

  /** A percentile of the waits that successes report in {@code x-sluice-wait-ms}, in milliseconds. */
  public long waitMillis(double percentile) {
    return waitMillis.getValueAtPercentile(percentile);
  }

  /** A percentile of the times from the intended start of successes to their first byte, in milliseconds. */
  public double firstByteMillis(double percentile) {
    return firstByteMicros.getValueAtPercentile(percentile) / 1000.0;
  }

  /** A percentile of the times from the intended start of successes to their last byte, in milliseconds. */
  public double latencyMillis(double percentile) {
    return latencyMicros.getValueAtPercentile(percentile) / 1000.0;
  }
}
