// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.metrics;

import dev.sluice.plugin.answer.Reason;
import dev.sluice.plugin.events.EventResult;
import dev.sluice.plugin.events.SettlementDesk;
import dev.sluice.plugin.usage.Settlement;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** What the filters and the events port do, as counters over closed sets. Thread-safe. */
public final class ProcessMetrics implements SettlementDesk.Listener {
  private final Map<Reason, Counter> refusals;
  private final Map<EventResult, Counter> events;
  private final Map<Settlement.Source, Counter> sources;
  private final Timer decisions;

  /** Counters registered in {@code registry}, all at zero. */
  public ProcessMetrics(MeterRegistry registry) {
    refusals = counters(registry, Reason.class, "sluice_refusals", "Requests answered by Sluice itself", "reason");
    events = counters(registry, EventResult.class, "sluice_events", "Completion events", "result");
    sources = counters(registry, Settlement.Source.class, "sluice_settlements", "Settled leases by where the usage came from", "source");
    decisions =
        Timer.builder("sluice_decision")
            .description("The runner's own part of a request that did not wait")
            .serviceLevelObjectives(
                Duration.ofNanos(50_000), Duration.ofNanos(100_000), Duration.ofNanos(150_000), Duration.ofNanos(300_000), Duration.ofNanos(500_000),
                Duration.ofMillis(1), Duration.ofMillis(5), Duration.ofMillis(50))
            .register(registry);
  }

  /** Takes in how long one decision took. */
  public void decided(long nanos) {
    decisions.record(nanos, TimeUnit.NANOSECONDS);
  }

  private static <E extends Enum<E>> Map<E, Counter> counters(MeterRegistry registry, Class<E> values, String name, String description, String label) {
    Map<E, Counter> counters = new EnumMap<>(values);
    for (E value : values.getEnumConstants()) {
      counters.put(value, Counter.builder(name).description(description).tag(label, value.name().toLowerCase(Locale.ROOT)).register(registry));
    }
    return counters;
  }

  /** Counts an answer of our own. */
  public void refused(Reason reason) {
    counter(refusals, reason).increment();
  }

  @Override
  public void handled(EventResult result) {
    counter(events, result).increment();
  }

  @Override
  public void settled(Settlement.Source source) {
    counter(sources, source).increment();
  }

  private static <E extends Enum<E>> Counter counter(Map<E, Counter> counters, E value) {
    Counter counter = counters.get(value);
    if (counter == null) {
      throw new IllegalStateException("no counter for " + value);
    }
    return counter;
  }
}
