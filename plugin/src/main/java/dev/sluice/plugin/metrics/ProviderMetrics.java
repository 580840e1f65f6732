// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.metrics;

import dev.sluice.plugin.health.AccountHealth;
import dev.sluice.plugin.health.HealthBook;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The health of providers as gauges. Thread-safe. Labels are the configured providers and models, and a closed set of states. */
public final class ProviderMetrics {
  private final MultiGauge health;
  private final MultiGauge scale;

  /** Metrics in {@code registry}. */
  public ProviderMetrics(MeterRegistry registry) {
    this.health =
        MultiGauge.builder("sluice_provider_health").description("1 for the state that a provider is in for a model, 0 for the others").register(registry);
    this.scale =
        MultiGauge.builder("sluice_provider_health_scale").description("Part of its capacity that a provider's health leaves").register(registry);
  }

  /** Brings the gauges up to {@code lines}. */
  public void gauges(List<HealthBook.Line> lines) {
    List<MultiGauge.Row<?>> states = new ArrayList<>();
    List<MultiGauge.Row<?>> scales = new ArrayList<>();
    for (HealthBook.Line line : lines) {
      Tags tags = Tags.of("model", line.model(), "provider", line.provider());
      for (AccountHealth.State state : AccountHealth.State.values()) {
        states.add(MultiGauge.Row.of(tags.and("state", state.name().toLowerCase(Locale.ROOT)), state == line.state() ? 1 : 0));
      }
      scales.add(MultiGauge.Row.of(tags, line.pausedNanos() > 0 ? 0 : line.scale()));
    }
    health.register(states, true);
    scale.register(scales, true);
  }
}
