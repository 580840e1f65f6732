// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.health;

import dev.sluice.plugin.usage.CompletionEvent;
import java.time.Instant;
import java.util.OptionalLong;

/** Reads completion events as answers of providers. Immutable. */
public final class HealthSigns {
  private static final int UNAUTHORIZED = 401;
  private static final int REQUEST_TIMEOUT = 408;
  private static final int TOO_MANY_REQUESTS = 429;
  private static final int CLIENT_CLOSED = 499;
  private static final int FIRST_SERVER_ERROR = 500;

  private HealthSigns() {}

  /**
   * What an event says of the provider that answered last.
   *
   * @param expectedNanos the time that the configured pace gives for what was used, at least 1
   * @param now wall time, for limits given as instants
   */
  public static Answer of(CompletionEvent event, boolean stream, long expectedNanos, Instant now) {
    int status = event.upstreamStatuses().isEmpty() ? event.status().orElse(0) : event.upstreamStatuses().getLast();
    if (event.upstreamAddr().isEmpty() || status == 0 || status == CLIENT_CLOSED) {
      return new Answer.Unknown();
    }
    OptionalLong retryAfter = event.limits().retryAfterNanos(now);
    if (status == TOO_MANY_REQUESTS) {
      return new Answer.Throttled(retryAfter);
    }
    // Callers' credentials never reach a provider, so credentials that it does not know are ours.
    if (status >= FIRST_SERVER_ERROR || status == REQUEST_TIMEOUT || status == UNAUTHORIZED) {
      return new Answer.Failed(retryAfter);
    }
    OptionalLong took = event.completed() ? event.timing().upstreamResponseNanos() : OptionalLong.empty();
    return new Answer.Served(event.timing().upstreamHeaderNanos(), took, expectedNanos, stream);
  }
}
