// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.routing.servers.Measured;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/** Judges what {@link LocalHitBenchmark} measures in a JVM of its own. */
@Tag("bench")
class LocalHitTest {
  /** Keys that nobody asks for. */
  private static final int BULK = 1_000_000;

  private static final TimeValue ROUND = TimeValue.milliseconds(500);

  /** Keys that are asked for. */
  private static final int REMEMBERED = 10_000;

  @Test
  void aHitInMemoryTakesLessThanAMicrosecond() throws Exception {
    Options options =
        new OptionsBuilder()
            .include(LocalHitBenchmark.class.getName())
            .param("bulk", Integer.toString(BULK))
            .param("remembered", Integer.toString(REMEMBERED))
            .mode(Mode.SampleTime)
            .timeUnit(TimeUnit.NANOSECONDS)
            .forks(1)
            .warmupIterations(3)
            .warmupTime(ROUND)
            .measurementIterations(5)
            .measurementTime(ROUND)
            .shouldFailOnError(true)
            .build();
    double median = new Runner(options).runSingle().getPrimaryResult().getStatistics().getPercentile(50);
    assertThat(Measured.atMost("local hit p50, " + BULK + " keys in PostgreSQL", median, 1_000, "ns", "LocalHitBenchmark (JMH), by LocalHitTest").print().bearable()).isTrue();
  }
}
