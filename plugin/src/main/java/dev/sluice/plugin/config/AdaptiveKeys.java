// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.config;

import static dev.sluice.routing.config.Kinds.duration;
import static dev.sluice.routing.config.Kinds.flag;
import static dev.sluice.routing.config.Kinds.percent;

import dev.sluice.routing.config.Key;
import dev.sluice.routing.config.Section;
import dev.sluice.routing.config.Values;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The keys of {@code scheduler.adaptive}. Immutable. */
final class AdaptiveKeys {
  static final Key<Boolean> ENABLED =
      Key.of("enabled", flag(), "false", "Give a provider less than its configured capacity while it throttles, fails or answers late; never more.").atStart();
  static final Key<Duration> FIRST_TOKEN_TIME =
      Key.of("first_token_time", duration(Duration.ofMillis(10), Duration.ofMinutes(10)), "10s", "Time to the first token of a stream beyond which an answer is late.").atStart();
  static final Key<Integer> LEAST_PERCENT = Key.of("least_percent", percent(1, 100), "10%", "The part of its configured capacity that a provider keeps in any case.").atStart();

  static final Section SECTION =
      Section.single("adaptive", "Learning what providers really bear.", List.of(ENABLED, FIRST_TOKEN_TIME, LEAST_PERCENT), List.of());

  /** The settings; empty if switched off. */
  static Optional<SluiceConfig.AdaptiveSettings> bind(Values values) {
    return values.get(ENABLED)
        ? Optional.of(new SluiceConfig.AdaptiveSettings(values.get(FIRST_TOKEN_TIME), values.get(LEAST_PERCENT)))
        : Optional.empty();
  }

  private AdaptiveKeys() {}
}
