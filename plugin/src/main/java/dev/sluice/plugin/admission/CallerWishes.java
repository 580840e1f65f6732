// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.admission;

import dev.sluice.plugin.answer.Reason;
import dev.sluice.plugin.answer.Refusal;
import dev.sluice.plugin.header.InternalHeaders;
import dev.sluice.plugin.header.WholeNumber;
import dev.sluice.plugin.protocol.Headers;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** What a caller may ask for itself: less priority than its key has, and less patience than its lane has. */
public final class CallerWishes {
  private CallerWishes() {}

  /** A wish that cannot be read, or that was made twice. */
  public static Optional<Refusal> ambiguous(Headers headers) {
    for (String name : new String[] {InternalHeaders.PRIORITY, InternalHeaders.MAX_WAIT_MS}) {
      List<String> values = headers.all(name);
      if (values.size() > 1) {
        return Optional.of(Refusal.of(Reason.AMBIGUOUS_REQUEST, "The header " + name + " was sent more than once. Send it once."));
      }
      if (values.size() == 1 && WholeNumber.parse(values.get(0)).isEmpty()) {
        return Optional.of(Refusal.of(Reason.MALFORMED_REQUEST, "The header " + name + " is not a whole number of at least 0."));
      }
    }
    return Optional.empty();
  }

  /** The lane: the key's level, or a less important one where the caller asked for it. */
  public static int lane(Headers headers, Optional<String> serviceTier, int level, AdmissionDesk.Limits limits) {
    long lane = level;
    for (String value : headers.all(InternalHeaders.PRIORITY)) {
      lane = Math.max(lane, WholeNumber.parse(value).orElse(lane));
    }
    if (serviceTier.isPresent()) {
      lane = Math.max(lane, limits.serviceTiers().getOrDefault(serviceTier.get(), level));
    }
    return (int) Math.min(lane, limits.levels() - 1L);
  }

  /** The caller's, the route's and its terms' patience, whichever is least. */
  static long maxWaitNanos(Headers headers, SchedulerConf conf, Optional<Duration> terms) {
    long nanos = conf.queueTimeout().orElse(SchedulerConf.LONGEST_WAIT).toNanos();
    nanos = terms.isPresent() ? Math.min(nanos, terms.get().toNanos()) : nanos;
    for (String value : headers.all(InternalHeaders.MAX_WAIT_MS)) {
      nanos = Math.min(nanos, Math.min(WholeNumber.parse(value).orElse(Long.MAX_VALUE), 1_000_000_000L) * 1_000_000L);
    }
    return nanos;
  }
}
