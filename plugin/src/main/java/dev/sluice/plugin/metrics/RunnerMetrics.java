// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.metrics;

import dev.sluice.plugin.runner.RunnerListener;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** The runner's connections and calls. Thread-safe. */
public final class RunnerMetrics implements RunnerListener {
  private final AtomicInteger connections = new AtomicInteger();
  private final AtomicInteger configurations = new AtomicInteger();
  private final Timer calls;
  private final Counter gone;
  private final Counter malformed;
  private final Counter late;

  /** Meters registered in {@code registry}. */
  public RunnerMetrics(MeterRegistry registry) {
    registry.gauge("sluice_runner_connections", connections);
    registry.gauge("sluice_runner_configurations", configurations);
    calls =
        Timer.builder("sluice_runner_calls")
            .description("Time from a call's frame to its reply, waiting included")
            .serviceLevelObjectives(
                Duration.ofNanos(100_000), Duration.ofMillis(1), Duration.ofMillis(10), Duration.ofMillis(100), Duration.ofSeconds(1), Duration.ofSeconds(10))
            .register(registry);
    gone = Counter.builder("sluice_runner_gone_calls").description("Calls whose client left before the reply").register(registry);
    malformed = Counter.builder("sluice_runner_malformed_frames").description("Frames that could not be read").register(registry);
    late = Counter.builder("sluice_runner_late_answers").description("Answers of filters to calls that had theirs").register(registry);
  }

  @Override
  public void connectionOpened() {
    connections.incrementAndGet();
  }

  @Override
  public void connectionClosed() {
    connections.decrementAndGet();
  }

  @Override
  public void replied(ReplyKind kind, long nanos) {
    calls.record(nanos, TimeUnit.NANOSECONDS);
  }

  @Override
  public void callAbandoned() {
    gone.increment();
  }

  @Override
  public void malformedFrame() {
    malformed.increment();
  }

  @Override
  public void lateAnswer() {
    late.increment();
  }

  @Override
  public void confCount(int count) {
    configurations.set(count);
  }
}
