// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.metrics;

import dev.sluice.plugin.context.GuardDesk;
import dev.sluice.plugin.hook.Webhook;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Locale;
import java.util.function.Function;

/** What the context guard does, as counters over closed sets. Thread-safe. */
public final class GuardMetrics implements GuardDesk.Listener {
  private final Function<GuardDesk.Outcome, Counter> outcomes;
  private final Function<Webhook.Failure, Counter> failures;

  /** Counters registered in {@code registry} as they are first needed. */
  public GuardMetrics(MeterRegistry registry) {
    outcomes = outcome -> counter(registry, "sluice_context_guard", "Requests by how they left the context guard", "outcome", outcome);
    failures = failure -> counter(registry, "sluice_webhook_failures", "Calls of webhooks that gave no answer", "cause", failure);
  }

  private static Counter counter(MeterRegistry registry, String name, String description, String label, Enum<?> value) {
    return Counter.builder(name).description(description).tag(label, value.name().toLowerCase(Locale.ROOT)).register(registry);
  }

  @Override
  public void left(GuardDesk.Outcome outcome) {
    outcomes.apply(outcome).increment();
  }

  @Override
  public void failed(Webhook.Failure failure) {
    failures.apply(failure).increment();
  }
}
