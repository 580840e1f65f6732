// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.metrics;

import dev.sluice.plugin.capacity.AdaptiveCapacity.ProviderScale;
import dev.sluice.scheduler.cost.LearnedCosts.ModelError;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;
import java.util.List;

/** How good the estimates are and what providers really bear, as gauges over the configured models and providers. Thread-safe. */
public final class CostMetrics {
  private final MultiGauge bias;
  private final MultiGauge p95;
  private final MultiGauge scale;

  /** Metrics in {@code registry}. */
  public CostMetrics(MeterRegistry registry) {
    this.scale =
        MultiGauge.builder("sluice_capacity_scale").description("Part of its configured capacity that a provider is given").register(registry);
    this.bias =
        MultiGauge.builder("sluice_estimate_bias")
            .description("Estimated beyond reported tokens, as a part of the reported; negative where too little is estimated")
            .register(registry);
    this.p95 =
        MultiGauge.builder("sluice_estimate_error_p95")
            .description("Error of the estimate, as a part of the reported tokens, that 95 % of requests stay below")
            .register(registry);
  }

  /** Brings the scales of capacities up to {@code scales}. */
  public void scales(List<ProviderScale> scales) {
    List<MultiGauge.Row<?>> rows = new ArrayList<>();
    for (ProviderScale each : scales) {
      rows.add(MultiGauge.Row.of(Tags.of("model", each.model(), "provider", each.provider()), each.scale()));
    }
    scale.register(rows, true);
  }

  /** Brings the gauges up to {@code errors}. */
  public void gauges(List<ModelError> errors) {
    List<MultiGauge.Row<?>> biasRows = new ArrayList<>();
    List<MultiGauge.Row<?>> p95Rows = new ArrayList<>();
    for (ModelError error : errors) {
      Tags prompt = Tags.of("model", error.model(), "part", "prompt");
      Tags output = Tags.of("model", error.model(), "part", "output");
      biasRows.add(MultiGauge.Row.of(prompt, error.promptBias()));
      biasRows.add(MultiGauge.Row.of(output, error.outputBias()));
      p95Rows.add(MultiGauge.Row.of(prompt, error.promptP95()));
      p95Rows.add(MultiGauge.Row.of(output, error.outputP95()));
    }
    bias.register(biasRows, true);
    p95.register(p95Rows, true);
  }
}
