// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.marketplace.trade;

import dev.sluice.routing.marketplace.SupplierScore.Experience;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * How suppliers served the requests of this process lately: the part that failed and the time to the first byte, each a mean in which what was seen
 * half a minute ago counts half, so that a supplier who has failed is tried again by and by. Keyed by upstream, of which there are as many as the
 * operator declared. Thread-safe.
 */
final class SupplierRecord {
  private static final double HALF_LIFE_NANOS = 30e9;

  /** Stands for what was hoped of a supplier before it was used: one good request. */
  private static final double PRIOR = 1;

  private record Mean(double requests, double failures, double timed, double millis, long atNanos) {
    Mean at(long nowNanos) {
      double keep = Math.pow(0.5, Math.max(0, nowNanos - atNanos) / HALF_LIFE_NANOS);
      return new Mean(requests * keep, failures * keep, timed * keep, millis * keep, nowNanos);
    }
  }

  private final Map<String, Mean> means = new ConcurrentHashMap<>();

  /** A request ended; {@code firstByteMillis} is below 0 where it is not known. */
  void add(String upstream, boolean failed, double firstByteMillis, long nowNanos) {
    means.compute(
        upstream,
        (name, before) -> {
          Mean mean = before == null ? new Mean(0, 0, 0, 0, nowNanos) : before.at(nowNanos);
          boolean timed = !failed && firstByteMillis >= 0;
          return new Mean(
              mean.requests() + 1,
              mean.failures() + (failed ? 1 : 0),
              mean.timed() + (timed ? 1 : 0),
              mean.millis() + (timed ? firstByteMillis : 0),
              nowNanos);
        });
  }

  Experience of(String upstream, long nowNanos) {
    Mean mean = means.getOrDefault(upstream, new Mean(0, 0, 0, 0, nowNanos)).at(nowNanos);
    double millis = mean.timed() >= PRIOR ? mean.millis() / mean.timed() : -1;
    return new Experience(millis, mean.failures() / (mean.requests() + PRIOR));
  }
}
