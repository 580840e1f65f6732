// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.config;

import static dev.sluice.routing.config.Kinds.decimal;
import static dev.sluice.routing.config.Kinds.duration;
import static dev.sluice.routing.config.Kinds.percent;
import static dev.sluice.routing.config.Kinds.whole;

import dev.sluice.plugin.health.HealthSettings;
import dev.sluice.routing.config.Key;
import dev.sluice.routing.config.Problems;
import dev.sluice.routing.config.Section;
import dev.sluice.routing.config.Values;
import dev.sluice.routing.store.FailureBreaker;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;

/** The keys of {@code provider.health}. Immutable. */
final class HealthKeys {
  static final Key<Integer> WINDOW = Key.of("window", whole(2, 1000), "20", "Answers of a provider for one model that count, the last ones.");
  static final Key<Integer> LEAST = Key.of("min_answers", whole(1, 1000), "5", "Answers without which nothing is judged.");
  static final Key<Integer> FAILURES = Key.of("failure_percent", percent(1, 100), "50%", "Failed answers, of those that count, that make a provider unhealthy for the model.");
  static final Key<Duration> OPEN = Key.of("open", duration(Duration.ofMillis(100), Duration.ofHours(1)), "5s", "How long nothing is sent to an unhealthy provider; doubled each time that its trials fail.");
  static final Key<Duration> MAX_OPEN = Key.of("max_open", duration(Duration.ofMillis(100), Duration.ofHours(24)), "60s", "The longest that nothing is sent.");
  static final Key<Integer> TRIALS = Key.of("trials", whole(1, 100), "2", "Requests that try an unhealthy provider, and decide whether it is healthy again.");
  static final Key<Duration> SLOW_START = Key.of("slow_start", duration(Duration.ofMillis(100), Duration.ofHours(1)), "10s", "Time in which a provider that recovered, or throttled, gets its whole capacity back.");
  static final Key<BigDecimal> SLOW_RATIO =
      Key.of("slow_ratio", decimal("0", "1000"), "3", "An answer that takes more than so many times the provider's usual time counts as failed while another provider is quick; 0 for never.");
  static final Key<Duration> SLOW_AFTER = Key.of("slow_after", duration(Duration.ofMillis(1), Duration.ofHours(1)), "1s", "No answer is slow before this time.");
  static final Key<Duration> RETRY_AFTER = Key.of("retry_after", duration(Duration.ofMillis(10), Duration.ofMinutes(10)), "1s", "How long nothing is sent to a provider that answers 429 without saying when to retry.");
  static final Key<Duration> MAX_RETRY_AFTER = Key.of("max_retry_after", duration(Duration.ofMillis(10), Duration.ofHours(24)), "60s", "The longest that a provider may ask to be left alone.");
  static final Key<Duration> MAX_WAIT = Key.of("unhealthy_max_wait", duration(Duration.ZERO, Duration.ofSeconds(50)), "5s", "Longest wait of requests while every provider that they may use is unhealthy.");

  static final Section SECTION =
      Section.single(
          "health",
          "How providers are judged by their answers, each for each model.",
          List.of(WINDOW, LEAST, FAILURES, OPEN, MAX_OPEN, TRIALS, SLOW_START, SLOW_RATIO, SLOW_AFTER, RETRY_AFTER, MAX_RETRY_AFTER, MAX_WAIT),
          List.of());

  private HealthKeys() {}

  static void check(Values values, Problems problems) {
    if (values.sound(WINDOW, LEAST) && values.get(LEAST) > values.get(WINDOW)) {
      values.refuse(LEAST, "at most " + values.path(WINDOW) + ", which is " + values.shown(WINDOW), problems);
    }
    if (values.sound(OPEN, MAX_OPEN) && values.get(OPEN).compareTo(values.get(MAX_OPEN)) > 0) {
      values.refuse(OPEN, "at most " + values.path(MAX_OPEN) + ", which is " + values.shown(MAX_OPEN), problems);
    }
  }

  static HealthSettings bind(Values values) {
    var breaker =
        new FailureBreaker.Settings(
            values.get(WINDOW), values.get(LEAST), values.get(FAILURES), values.get(OPEN), values.get(MAX_OPEN), values.get(TRIALS));
    return new HealthSettings(
        breaker,
        values.get(SLOW_START),
        values.get(SLOW_RATIO).doubleValue(),
        values.get(SLOW_AFTER),
        values.get(RETRY_AFTER),
        values.get(MAX_RETRY_AFTER),
        values.get(MAX_WAIT));
  }
}
