// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.admission;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.plugin.protocol.Field;
import dev.sluice.plugin.protocol.Headers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What callers may ask for themselves: less, never more. */
class CallerWishesTest {
  private static final AdmissionDesk.Limits LIMITS =
      new AdmissionDesk.Limits(5, 2, 1000, Map.of("priority", 0, "default", 2, "flex", 4), Optional.empty(), Set::of);
  private static final SchedulerConf PATIENT = new SchedulerConf(Optional.empty(), Set.of(), Optional.empty());

  private static Headers header(String name, String value) {
    return value.isEmpty() ? Headers.none() : Headers.of(List.of(new Field(name, value)));
  }

  @ParameterizedTest
  @CsvSource({"2, '', '', 2", "2, 0, '', 2", "2, 3, '', 3", "2, 99, '', 4", "2, '', priority, 2", "2, '', flex, 4", "2, '', unheard-of, 2",
    "0, '', default, 2", "2, 3, flex, 4", "3, 0, priority, 3"})
  void aLaneIsTheLevelOrALessImportantOne(int level, String priority, String tier, int lane) {
    Optional<String> serviceTier = tier.isEmpty() ? Optional.empty() : Optional.of(tier);
    assertThat(CallerWishes.lane(header("x-sluice-priority", priority), serviceTier, level, LIMITS)).isEqualTo(lane);
  }

  @ParameterizedTest
  @CsvSource({"'', '', 50000", "'', 6000, 6000", "2000, 6000, 2000", "9000, 6000, 6000", "0, '', 0", "'', 0, 0", "99999999, '', 50000"})
  void theWaitIsTheLeastThatAnybodyAllows(String asked, String terms, long millis) {
    Optional<Duration> allowed = terms.isEmpty() ? Optional.empty() : Optional.of(Duration.ofMillis(Long.parseLong(terms)));
    assertThat(CallerWishes.maxWaitNanos(header("x-sluice-max-wait-ms", asked), PATIENT, allowed)).isEqualTo(millis * 1_000_000);
  }

  @Test
  void aRoutesPatienceCountsToo() {
    var hasty = new SchedulerConf(Optional.of(Duration.ofSeconds(1)), Set.of(), Optional.empty());
    assertThat(CallerWishes.maxWaitNanos(Headers.none(), hasty, Optional.of(Duration.ofSeconds(6)))).isEqualTo(1_000_000_000L);
  }
}
