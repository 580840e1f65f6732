// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.bench.trace;

import java.util.Comparator;
import java.util.List;

/**
 * Requests in the order of arrival, the first at 0. Immutable.
 *
 * @param name what it is, for reports
 * @param digest SHA-256 of the files or the generator's seed, for reports
 */
public record Trace(String name, String digest, List<TraceRequest> requests) {
  /** Sorts by arrival and moves the first to 0; requests that arrive together keep their order. */
  public Trace {
    long first = requests.stream().mapToLong(TraceRequest::arrivalNanos).min().orElse(0);
    requests = requests.stream()
        .map(r -> first == 0 ? r : r.as(r.arrivalNanos() - first, r.tenant(), r.lane(), r.maxOutputTokens()))
        .sorted(Comparator.comparingLong(TraceRequest::arrivalNanos))
        .toList();
  }

  /** Arrival of the last request, in nanoseconds. */
  public long spanNanos() {
    return requests.isEmpty() ? 0 : requests.getLast().arrivalNanos();
  }

  /** One more than the highest lane index. */
  public int lanes() {
    return 1 + requests.stream().mapToInt(TraceRequest::lane).max().orElse(0);
  }
}
