// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.metrics;

import dev.sluice.plugin.lease.LeaseEnds;
import dev.sluice.scheduler.DecisionRecord;
import dev.sluice.scheduler.EvictReason;
import dev.sluice.scheduler.Lease;
import dev.sluice.scheduler.LeaseEnd;

import dev.sluice.scheduler.RejectReason;
import dev.sluice.scheduler.SchedulerListener;
import dev.sluice.scheduler.SchedulerSnapshot;
import dev.sluice.scheduler.SchedulerSnapshot.AccountSnapshot;
import dev.sluice.scheduler.SchedulerSnapshot.PoolSnapshot;
import dev.sluice.scheduler.TokenCost;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The scheduler's events as counters, and its snapshot as gauges. Thread-safe. */
public final class SchedulerMetrics implements SchedulerListener {
  private static final Logger log = LoggerFactory.getLogger(SchedulerMetrics.class);
  private static final Duration[] WAIT_BUCKETS = {
    Duration.ofMillis(1), Duration.ofMillis(5), Duration.ofMillis(25), Duration.ofMillis(100), Duration.ofMillis(250),
    Duration.ofMillis(500), Duration.ofSeconds(1), Duration.ofSeconds(2), Duration.ofSeconds(5), Duration.ofSeconds(10),
    Duration.ofSeconds(20), Duration.ofSeconds(50)
  };

  /** Finds a meter without building its tags again. */
  private record Key(String name, String model, int lane, String kind) {}

  private final MeterRegistry registry;
  private final LeaseEnds ended;
  private final Optional<BiConsumer<DecisionRecord, Optional<Lease>>> decisions;
  private final ConcurrentHashMap<Key, Timer> waits = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<Key, Timer> errors = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<Key, Counter> counters = new ConcurrentHashMap<>();
  private final MultiGauge waiting;
  private final MultiGauge inFlight;
  private final MultiGauge available;
  private final MultiGauge capacity;

  /** Metrics in {@code registry}; {@code ended} hears each lease that has ended, however it did, {@code decisions} each decision. */
  public SchedulerMetrics(MeterRegistry registry, LeaseEnds ended, Optional<BiConsumer<DecisionRecord, Optional<Lease>>> decisions) {
    this.registry = registry;
    this.ended = ended;
    this.decisions = decisions;
    this.waiting = MultiGauge.builder("sluice_waiting_requests").description("Requests in the waiting room").register(registry);
    this.inFlight = MultiGauge.builder("sluice_in_flight_requests").description("Leases held").register(registry);
    this.available =
        MultiGauge.builder("sluice_available_tokens").description("Tokens that could be granted now; negative is debt").register(registry);
    this.capacity = MultiGauge.builder("sluice_capacity_tokens_per_second").description("Configured token rate").register(registry);
  }

  @Override
  public void admitted(String model, String provider, int lane, long waitNanos, boolean queued) {
    waits
        .computeIfAbsent(new Key("", model, lane, ""), key -> wait(model, lane))
        .record(waitNanos, TimeUnit.NANOSECONDS);
    count("sluice_admitted_requests", "Requests admitted", model, lane, queued ? "waited" : "at_once").increment();
  }

  @Override
  public void waited(String model, int lane, long predictedNanos, long waitNanos) {
    errors
        .computeIfAbsent(new Key("", model, lane, waitNanos > predictedNanos ? "late" : "early"), key -> error(model, lane, key.kind()))
        .record(Math.abs(waitNanos - predictedNanos), TimeUnit.NANOSECONDS);
  }

  @Override
  public void rejected(String model, int lane, RejectReason reason) {
    if (reason == RejectReason.UNKNOWN_MODEL) {
      // The name is the caller's own and must not become a label.
      return;
    }
    count("sluice_rejected_requests", "Requests refused on arrival", model, lane, label(reason)).increment();
  }

  @Override
  public void evicted(String model, int lane, EvictReason reason, long waitNanos) {
    count("sluice_evicted_requests", "Requests sent away after waiting", model, lane, label(reason)).increment();
  }

  @Override
  public void leaseEnded(Lease lease, LeaseEnd end, TokenCost actual) {
    ended.ended(lease, end, actual);
    String model = lease.model();
    int lane = lease.lane();
    count("sluice_ended_leases", "Leases ended", model, lane, label(end)).increment();
    count("sluice_used_tokens", "Tokens of ended leases", model, lane, "input").increment((double) actual.inputTokens());
    count("sluice_used_tokens", "Tokens of ended leases", model, lane, "output").increment((double) actual.outputTokens());
    count("sluice_estimated_tokens", "Tokens that ended leases had reserved", model, lane, "total").increment((double) lease.cost().total());
  }

  @Override
  public boolean wantsDecisions() {
    return decisions.isPresent();
  }

  @Override
  public void decided(DecisionRecord record, Optional<Lease> lease) {
    decisions.ifPresent(sink -> sink.accept(record, lease));
  }

  @Override
  public void shadowed(String model, int lane, int shadowLane) {
    String kind = lane == shadowLane ? "same" : shadowLane < lane ? "better_lane" : "worse_lane";
    count("sluice_shadow_starts", "Starts by what the shadow policy would have served", model, lane, kind).increment();
  }

  @Override
  public void callbackFailed(Throwable failure) {
    log.error("a scheduler callback failed", failure);
  }

  /** Brings the gauges up to {@code snapshot}. */
  public void gauges(SchedulerSnapshot snapshot) {
    List<MultiGauge.Row<?>> waitingRows = new ArrayList<>();
    List<MultiGauge.Row<?>> inFlightRows = new ArrayList<>();
    List<MultiGauge.Row<?>> availableRows = new ArrayList<>();
    List<MultiGauge.Row<?>> capacityRows = new ArrayList<>();
    for (PoolSnapshot pool : snapshot.pools()) {
      Map<String, Integer> waitingByLabel = new LinkedHashMap<>();
      for (int lane = 0; lane < pool.lanes().size(); lane++) {
        waitingByLabel.merge(LaneLabel.of(lane), pool.lanes().get(lane).waiting(), Integer::sum);
      }
      waitingByLabel.forEach((label, count) -> waitingRows.add(MultiGauge.Row.of(Tags.of("model", pool.model(), "lane", label), count)));
      for (AccountSnapshot account : pool.accounts()) {
        Tags tags = Tags.of("model", pool.model(), "provider", account.provider());
        inFlightRows.add(MultiGauge.Row.of(tags, account.inFlight()));
        if (account.limits().tokensPerSecond() != Long.MAX_VALUE) {
          availableRows.add(MultiGauge.Row.of(tags, account.availableTokens()));
          capacityRows.add(MultiGauge.Row.of(tags, account.limits().tokensPerSecond()));
        }
      }
    }
    waiting.register(waitingRows, true);
    inFlight.register(inFlightRows, true);
    available.register(availableRows, true);
    capacity.register(capacityRows, true);
  }

  private Timer wait(String model, int lane) {
    return Timer.builder("sluice_queue_wait")
        .description("Time between arrival and admission")
        .tags("model", model, "lane", LaneLabel.of(lane))
        .serviceLevelObjectives(WAIT_BUCKETS)
        .register(registry);
  }

  private Timer error(String model, int lane, String kind) {
    return Timer.builder("sluice_wait_prediction_error")
        .description("Time between the start foretold on arrival and the actual one, of requests that waited")
        .tags("model", model, "lane", LaneLabel.of(lane), "kind", kind)
        .serviceLevelObjectives(WAIT_BUCKETS)
        .register(registry);
  }

  private Counter count(String name, String description, String model, int lane, String kind) {
    return counters.computeIfAbsent(
        new Key(name, model, lane, kind),
        key ->
            Counter.builder(name)
                .description(description)
                .tags("model", model, "lane", LaneLabel.of(lane), "kind", kind)
                .register(registry));
  }

  private static String label(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
