// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.bench.baseline;

import dev.sluice.plugin.bench.replay.Stage;
import java.util.HashMap;
import java.util.Map;
import java.util.function.IntPredicate;

/** A bucket of requests per second for each tenant, ten seconds deep, at the tenant's part of what the slots can serve. Not thread-safe. */
final class RequestRates implements IntPredicate {
  private static final double NANOS = 1e9;
  private static final double BURST_SECONDS = 10;
  private static final double LEAST_BURST = 5;

  private final Stage stage;
  private final Map<String, Double> rates = new HashMap<>();
  private final Map<String, Double> levels = new HashMap<>();
  private final Map<String, Long> filledNanos = new HashMap<>();

  RequestRates(Stage stage) {
    this.stage = stage;
    double work = 0;
    long spanNanos = 1;
    for (int id = 0; id < stage.size(); id++) {
      work += stage.slotNanos(id);
      spanNanos = Math.max(spanNanos, stage.request(id).arrivalNanos());
    }
    double perRequest = NANOS / spanNanos / (work / spanNanos / stage.slots());
    for (int id = 0; id < stage.size(); id++) {
      rates.merge(stage.request(id).tenant(), perRequest, Double::sum);
    }
  }

  @Override
  public boolean test(int id) {
    String tenant = stage.request(id).tenant();
    double rate = rates.getOrDefault(tenant, 1.0);
    double burst = Math.max(LEAST_BURST, BURST_SECONDS * rate);
    long now = stage.time().read();
    double gained = (now - filledNanos.getOrDefault(tenant, now)) / NANOS * rate;
    double level = Math.min(burst, levels.getOrDefault(tenant, burst) + gained);
    filledNanos.put(tenant, now);
    levels.put(tenant, level < 1 ? level : level - 1);
    return level >= 1;
  }
}
