// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.scheduler.EvictReason;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class SchedulerMetricsTest {
  private static final long SECOND = 1_000_000_000L;

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final SchedulerMetrics metrics = new SchedulerMetrics(registry, (lease, end, actual) -> {}, Optional.empty());

  private Timer error(String kind) {
    return registry.get("sluice_wait_prediction_error").tags("model", "m", "lane", "1", "kind", kind).timer();
  }

  @Test
  void waitsAreComparedWithWhatWasForetold() {
    metrics.waited("m", 1, 2 * SECOND, 5 * SECOND);
    metrics.waited("m", 1, 4 * SECOND, 3 * SECOND);
    metrics.waited("m", 1, 4 * SECOND, 2 * SECOND);

    assertThat(error("late").count()).isEqualTo(1);
    assertThat(error("late").totalTime(TimeUnit.SECONDS)).isEqualTo(3);
    assertThat(error("early").count()).isEqualTo(2);
    assertThat(error("early").totalTime(TimeUnit.SECONDS)).isEqualTo(3);
  }

  @Test
  void whoIsRefusedWhileWaitingCountsAsOutOfReach() {
    metrics.evicted("m", 1, EvictReason.OUT_OF_REACH, SECOND);

    assertThat(registry.get("sluice_evicted_requests").tags("kind", "out_of_reach").counter().count()).isEqualTo(1);
  }
}
