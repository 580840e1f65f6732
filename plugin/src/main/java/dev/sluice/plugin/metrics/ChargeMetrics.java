// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.metrics;

import dev.sluice.routing.quota.QuotaScope;
import dev.sluice.routing.quota.SharedListener;
import dev.sluice.routing.quota.alert.Alert;
import dev.sluice.routing.quota.alert.AlertListener;
import dev.sluice.routing.usage.UsageListener;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Quotas, their alerts and rows of usage as counters over closed sets; names of quotas and subjects are no labels. Thread-safe. */
public final class ChargeMetrics implements AlertListener, SharedListener, UsageListener {
  private static final Logger log = LoggerFactory.getLogger(ChargeMetrics.class);

  private final Map<QuotaScope, Counter> alerts = new EnumMap<>(QuotaScope.class);
  private final Counter delivered;
  private final Counter undelivered;
  private final Counter written;
  private final Counter dropped;
  private final Counter failed;
  private final Counter lostSettlements;
  private final FlappingState alone;

  /** Counters registered in {@code registry}, all at zero. */
  public ChargeMetrics(MeterRegistry registry) {
    for (QuotaScope scope : QuotaScope.values()) {
      alerts.put(
          scope,
          Counter.builder("sluice_quota_alerts")
              .description("Alerts raised by quotas that passed one of their percentages")
              .tag("scope", scope.name().toLowerCase(Locale.ROOT))
              .register(registry));
    }
    delivered = count(registry, "sluice_quota_webhooks", "Alerts sent to webhooks", "delivered");
    undelivered = count(registry, "sluice_quota_webhooks", "Alerts sent to webhooks", "undelivered");
    written = count(registry, "sluice_usage_rows", "Rows of usage", "written");
    dropped = count(registry, "sluice_usage_rows", "Rows of usage", "dropped");
    failed = Counter.builder("sluice_usage_failures").description("Batches of usage that could not be written at once").register(registry);
    lostSettlements =
        Counter.builder("sluice_quota_lost_settlements").description("Settlements of quotas that Redis was never told of").register(registry);
    alone = FlappingState.absent(registry, "sluice_quota_alone", "1 while quotas are counted here because Redis is lost");
  }

  private static Counter count(MeterRegistry registry, String name, String description, String result) {
    return Counter.builder(name).description(description).tag("result", result).register(registry);
  }

  @Override
  public void raised(Alert alert) {
    Counter counter = alerts.get(alert.quota().scope());
    if (counter != null) {
      counter.increment();
    }
  }

  @Override
  public void delivered() {
    delivered.increment();
  }

  @Override
  public void undelivered() {
    undelivered.increment();
  }

  @Override
  public void lost(String cause) {
    if (alone.becomes(true)) {
      log.warn("quotas are counted here, Redis does not answer cause={}", cause);
    }
  }

  @Override
  public void recovered() {
    if (alone.becomes(false)) {
      log.info("quotas are shared again");
    }
  }

  @Override
  public void settlementDropped() {
    lostSettlements.increment();
  }

  @Override
  public void written(int rows) {
    written.increment(rows);
  }

  @Override
  public void dropped() {
    dropped.increment();
  }

  @Override
  public void failed() {
    failed.increment();
  }
}
