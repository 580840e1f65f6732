// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.metrics;

import dev.sluice.plugin.sharing.CapacitySharing.Share;
import dev.sluice.routing.slice.SliceListener;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The parts of providers' capacity that this process may use, as gauges over the configured models and providers. Thread-safe. */
public final class SharingMetrics implements SliceListener {
  private static final Logger log = LoggerFactory.getLogger(SharingMetrics.class);

  private final MultiGauge places;
  private final MultiGauge rates;
  private final MultiGauge nodes;
  private final FlappingState shared;

  /** Gauges in {@code registry}. */
  public SharingMetrics(MeterRegistry registry) {
    places = MultiGauge.builder("sluice_capacity_places").description("Requests that this process may run at a time, of those that the provider takes").register(registry);
    rates = MultiGauge.builder("sluice_capacity_part").description("Part of the configured rates that this process may use").register(registry);
    nodes = MultiGauge.builder("sluice_capacity_nodes").description("Processes that share the capacity, as last heard").register(registry);
    shared = FlappingState.unknown(registry, "sluice_capacity_shared", "1 while parts are leased, 0 while the last ones are kept");
  }

  /** Brings the gauges up to {@code shares}. */
  public void gauges(List<Share> shares) {
    List<MultiGauge.Row<?>> placeRows = new ArrayList<>();
    List<MultiGauge.Row<?>> rateRows = new ArrayList<>();
    List<MultiGauge.Row<?>> nodeRows = new ArrayList<>();
    for (Share share : shares) {
      Tags tags = Tags.of("model", share.model(), "provider", share.provider());
      placeRows.add(MultiGauge.Row.of(tags, share.places()));
      rateRows.add(MultiGauge.Row.of(tags, share.rates()));
      nodeRows.add(MultiGauge.Row.of(tags, share.nodes()));
    }
    places.register(placeRows, true);
    rates.register(rateRows, true);
    nodes.register(nodeRows, true);
  }

  @Override
  public void found() {
    if (shared.becomes(true)) {
      log.info("capacity is shared over Redis");
    }
  }

  @Override
  public void lost(String cause) {
    if (shared.becomes(false)) {
      log.warn("capacity is not shared, this process keeps its last part cause={}", cause);
    }
  }

  @Override
  public void renamed(String node) {
    log.error("another process of the group has this one's name; it goes on as {} (set scheduler.shared_capacity.node)", node);
  }
}
