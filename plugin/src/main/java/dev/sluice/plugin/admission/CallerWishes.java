// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.admission;

import dev.sluice.plugin.answer.Reason;
import dev.sluice.plugin.answer.Refusal;
import dev.sluice.plugin.protocol.Headers;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** What a caller may ask for itself: less priority than its key has, and less patience than its lane has. */
final class CallerWishes {
  private CallerWishes() {}

  /** A wish that cannot be read, or that was made twice. */
  static Optional<Refusal> ambiguous(Headers headers) {
    for (String name : new String[] {InternalHeaders.PRIORITY, InternalHeaders.MAX_WAIT_MS}) {
      List<String> values = headers.all(name);
      if (values.size() > 1) {
        return Optional.of(Refusal.of(Reason.AMBIGUOUS_REQUEST, "The header " + name + " was sent more than once. Send it once."));
      }
      if (values.size() == 1 && number(values.get(0)).isEmpty()) {
        return Optional.of(Refusal.of(Reason.MALFORMED_REQUEST, "The header " + name + " is not a whole number of at least 0."));
      }
    }
    return Optional.empty();
  }

  /** The lane: the key's level, or a less important one where the caller asked for it. */
  static int lane(Headers headers, Optional<String> serviceTier, int level, AdmissionDesk.Limits limits) {
    long lane = level;
    for (String value : headers.all(InternalHeaders.PRIORITY)) {
      lane = Math.max(lane, number(value).orElse(lane));
    }
    if (serviceTier.isPresent()) {
      lane = Math.max(lane, limits.serviceTiers().getOrDefault(serviceTier.get(), level));
    }
    return (int) Math.min(lane, limits.levels() - 1L);
  }

  /** The caller's and the route's patience, whichever is less. */
  static long maxWaitNanos(Headers headers, SchedulerConf conf) {
    long nanos = conf.queueTimeout().orElse(SchedulerConf.LONGEST_WAIT).toNanos();
    for (String value : headers.all(InternalHeaders.MAX_WAIT_MS)) {
      nanos = Math.min(nanos, Math.min(number(value).orElse(Long.MAX_VALUE), 1_000_000_000L) * 1_000_000L);
    }
    return nanos;
  }

  private static OptionalLong number(String text) {
    String digits = text.strip();
    if (digits.length() > 12 || !WholeNumber.is(digits)) {
      return OptionalLong.empty();
    }
    return OptionalLong.of(Long.parseLong(digits));
  }
}
