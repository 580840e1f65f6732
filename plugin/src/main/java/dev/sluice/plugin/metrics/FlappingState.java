// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.metrics;

import dev.sluice.plugin.time.Clocks;
import dev.sluice.routing.store.LineBudget;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Whether something holds, as a gauge of 1 or 0, and which of its changes are worth a line of log: two a minute, as a Redis that comes and goes must
 * not fill the log. Thread-safe.
 */
final class FlappingState {
  private static final int LINES_PER_MINUTE = 2;
  private static final int UNKNOWN = -1;

  private final AtomicInteger state;
  private final LineBudget lines = new LineBudget(LINES_PER_MINUTE, Clocks.monotonic().read());

  private FlappingState(int first, MeterRegistry registry, String gauge, String description) {
    state = new AtomicInteger(first);
    Gauge.builder(gauge, state, now -> Math.max(0, now.get())).description(description).register(registry);
  }

  /** A state that does not hold at first. */
  static FlappingState absent(MeterRegistry registry, String gauge, String description) {
    return new FlappingState(0, registry, gauge, description);
  }

  /** A state that nobody knows at first, so that whatever becomes of it is news; the gauge is 0 until then. */
  static FlappingState unknown(MeterRegistry registry, String gauge, String description) {
    return new FlappingState(UNKNOWN, registry, gauge, description);
  }

  /** It holds from now on, or no longer; whether that is news and a line may be written of it. */
  boolean becomes(boolean holds) {
    int next = holds ? 1 : 0;
    return state.getAndSet(next) != next && lines.take(Clocks.monotonic().read());
  }
}
