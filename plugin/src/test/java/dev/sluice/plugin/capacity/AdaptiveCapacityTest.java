// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.capacity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.plugin.usage.CompletionEvent;
import dev.sluice.plugin.usage.UpstreamLimits;
import dev.sluice.scheduler.AccountLimits;
import dev.sluice.scheduler.Alarm;
import dev.sluice.scheduler.Decision;
import dev.sluice.scheduler.EvictReason;
import dev.sluice.scheduler.LaneConfig;
import dev.sluice.scheduler.LaneRules;
import dev.sluice.scheduler.Lease;
import dev.sluice.scheduler.LeaseLife;
import dev.sluice.scheduler.Policy;
import dev.sluice.scheduler.ProviderAccount;
import dev.sluice.scheduler.QueueBounds;
import dev.sluice.scheduler.Scheduler;
import dev.sluice.scheduler.SchedulerConfig;
import dev.sluice.scheduler.SchedulerListener;
import dev.sluice.scheduler.TokenCost;
import dev.sluice.scheduler.WaitListener;
import dev.sluice.scheduler.WorkRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AdaptiveCapacityTest {
  private static final long SECOND = 1_000_000_000L;

  private final List<String> scaled = new ArrayList<>();
  private long nowNanos = 1_000 * SECOND;
  private final AdaptiveCapacity capacity =
      new AdaptiveCapacity(new AdaptiveCapacity.Settings(2 * SECOND, 0.1), () -> nowNanos, (model, provider, scale) -> scaled.add("%s/%s %.2f".formatted(model, provider, scale)));
  private final Lease lease = lease();

  private static Lease lease() {
    AccountLimits limits = new AccountLimits(1_000, Integer.MAX_VALUE, 9, 1_000, new LeaseLife(0, 0, SECOND));
    LaneConfig lane = new LaneConfig(1, 0, 1, 1);
    SchedulerConfig config =
        new SchedulerConfig(
            LaneRules.of(Policy.STRICT), List.of(lane, lane), new QueueBounds(1, 1, 1), Map.of("m", List.of(new ProviderAccount("a", limits))));
    Alarm.Factory never =
        task ->
            new Alarm() {
              @Override
              public void set(long atNanos) {}

              @Override
              public void clear() {}
            };
    WaitListener nobody =
        new WaitListener() {
          @Override
          public void dispatched(Lease lease) {}

          @Override
          public void evicted(EvictReason reason, long retryAfterNanos) {}
        };
    WorkRequest request = new WorkRequest("f", 0, new TokenCost(1, 1), 1, 0, 0, Set.of());
    return ((Decision.Admitted) new Scheduler(config, () -> 0, never, SchedulerListener.NONE).submit("m", request, nobody)).lease();
  }

  private void hear(boolean stream, int status, long headerSeconds) {
    nowNanos += SECOND;
    CompletionEvent.Timing timing =
        new CompletionEvent.Timing(OptionalLong.empty(), OptionalLong.of(headerSeconds * SECOND), OptionalLong.of(SECOND / 2));
    capacity.heard(
        lease,
        stream,
        new CompletionEvent(
            "", OptionalInt.of(status), true, status == 0 ? List.of() : List.of(502, status), "", timing, 0, UpstreamLimits.UNKNOWN, "", "",
            OptionalLong.empty(), OptionalLong.empty()));
  }

  @Test
  void aThrottlingProviderGetsLessAndAllOfItBackOnceItAnswersWell() {
    hear(true, 200, 1);
    assertThat(scaled).isEmpty();
    hear(true, 429, 0);
    assertThat(scaled).containsExactly("m/a 0.80");
    assertThat(capacity.scales()).containsExactly(new AdaptiveCapacity.ProviderScale("m", "a", 0.8));
    for (int i = 0; i < 30; i++) {
      hear(true, 200, 1);
    }
    assertThat(scaled).endsWith("m/a 1.00");
    assertThat(scaled.size()).isBetween(5, 15);
  }

  @Test
  void lateFirstTokensOfStreamsAndServerErrorsCount() {
    for (int i = 0; i < 10; i++) {
      hear(false, 200, 60);
    }
    assertThat(scaled).isEmpty();
    for (int i = 0; i < 10; i++) {
      hear(true, 200, 3);
    }
    assertThat(scaled).startsWith("m/a 0.80");
    scaled.clear();
    for (int i = 0; i < 10; i++) {
      hear(false, 503, 0);
    }
    assertThat(scaled).isNotEmpty();
  }

  @Test
  void callersErrorsAndUnreachedProvidersSayNothing() {
    for (int i = 0; i < 50; i++) {
      hear(true, 400, 60);
      hear(true, 0, 60);
    }
    assertThat(scaled).isEmpty();
    assertThat(capacity.scales()).isEmpty();
  }
}
