// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.window;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.routing.servers.Measured;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** When windows are on. */
class RecurrenceTest {
  private static final Set<DayOfWeek> WORKDAYS = EnumSet.range(DayOfWeek.MONDAY, DayOfWeek.FRIDAY);

  private static Recurrence window(String zone, Set<DayOfWeek> days, String start, String end) {
    return new Recurrence(ZoneId.of(zone), days, minute(start), minute(end));
  }

  private static int minute(String time) {
    return Integer.parseInt(time.substring(0, 2)) * 60 + Integer.parseInt(time.substring(3));
  }

  private static Instant at(String zone, String local) {
    return LocalDateTime.parse(local).atZone(ZoneId.of(zone)).toInstant();
  }

  /** On and off, alternating, after {@code from}. */
  private static List<String> boundaries(Recurrence window, String from, int count) {
    List<String> found = new ArrayList<>();
    Instant instant = Instant.parse(from);
    for (int i = 0; i < count; i++) {
      instant = window.nextBoundary(instant).orElseThrow();
      found.add(instant + (window.activeAt(instant) ? " on" : " off"));
      assertThat(window.activeAt(instant.minusNanos(1))).isNotEqualTo(window.activeAt(instant));
    }
    return found;
  }

  @Test
  void startIsWithinAndEndIsNot() {
    Recurrence window = window("Europe/Berlin", Set.of(), "09:00", "17:00");
    assertThat(window.activeAt(at("Europe/Berlin", "2026-11-24T09:00"))).isTrue();
    assertThat(window.activeAt(at("Europe/Berlin", "2026-11-24T09:00").minusNanos(1))).isFalse();
    assertThat(window.activeAt(at("Europe/Berlin", "2026-11-24T17:00").minusNanos(1))).isTrue();
    assertThat(window.activeAt(at("Europe/Berlin", "2026-11-24T17:00"))).isFalse();
  }

  @Test
  void afterMidnightTheDayOnWhichItBeganCounts() {
    Recurrence window = window("UTC", Set.of(DayOfWeek.FRIDAY), "22:00", "06:00");
    assertThat(window.activeAt(Instant.parse("2026-11-27T23:00:00Z"))).as("Friday night").isTrue();
    assertThat(window.activeAt(Instant.parse("2026-11-28T05:59:59Z"))).as("Saturday morning").isTrue();
    assertThat(window.activeAt(Instant.parse("2026-11-28T06:00:00Z"))).isFalse();
    assertThat(window.activeAt(Instant.parse("2026-11-27T05:00:00Z"))).as("Friday morning").isFalse();
    assertThat(window.activeAt(Instant.parse("2026-11-28T23:00:00Z"))).as("Saturday night").isFalse();
  }

  @Test
  void startEqualToEndIsNever() {
    Recurrence window = window("UTC", Set.of(), "08:00", "08:00");
    assertThat(window.nextBoundary(Instant.parse("2026-11-24T00:00:00Z"))).isEmpty();
    assertThat(window.activeAt(Instant.parse("2026-11-24T08:00:00Z"))).isFalse();
    assertThat(window("UTC", Set.of(), "00:00", "00:00").activeAt(Instant.parse("2026-11-24T00:00:00Z"))).isFalse();
  }

  @Test
  void twentyFourHoursLeaveNoMinuteOut() {
    Recurrence day = window("Asia/Kathmandu", Set.of(DayOfWeek.TUESDAY), "00:00", "24:00");
    assertThat(boundaries(day, "2026-11-20T00:00:00Z", 2)).containsExactly("2026-11-23T18:15:00Z on", "2026-11-24T18:15:00Z off");
    assertThat(window("UTC", Set.of(), "20:00", "24:00").activeAt(Instant.parse("2026-11-24T23:59:59Z"))).isTrue();
    assertThat(window("UTC", Set.of(), "20:00", "00:00").activeAt(Instant.parse("2026-11-25T00:00:00Z"))).isFalse();
  }

  @Test
  void theZoneDecidesWhichDayItIs() {
    Recurrence window = window("Asia/Kathmandu", Set.of(DayOfWeek.MONDAY), "00:00", "01:00");
    assertThat(window.activeAt(Instant.parse("2026-11-22T18:15:00Z"))).as("still Sunday in UTC").isTrue();
    assertThat(window.activeAt(Instant.parse("2026-11-23T00:30:00Z"))).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    // Berlin skips 02:00-03:00 on 2027-03-28, 01:00Z.
    "Europe/Berlin, 01:30, 04:00, 2027-03-28T00:00:00Z, 2027-03-28T00:30:00Z, 2027-03-28T02:00:00Z",
    "Europe/Berlin, 02:30, 04:00, 2027-03-28T00:00:00Z, 2027-03-28T01:00:00Z, 2027-03-28T02:00:00Z",
    "Europe/Berlin, 01:00, 02:30, 2027-03-27T12:00:00Z, 2027-03-28T00:00:00Z, 2027-03-28T01:00:00Z",
    // A window within the skipped hour comes again only the day after.
    "Europe/Berlin, 02:15, 02:45, 2027-03-28T00:00:00Z, 2027-03-29T00:15:00Z, 2027-03-29T00:45:00Z",
    "Europe/Berlin, 22:00, 06:00, 2027-03-27T12:00:00Z, 2027-03-27T21:00:00Z, 2027-03-28T04:00:00Z",
    // Berlin has 02:00-03:00 twice on 2026-10-25, 00:00Z and 01:00Z.
    "Europe/Berlin, 01:00, 02:30, 2026-10-24T12:00:00Z, 2026-10-24T23:00:00Z, 2026-10-25T00:30:00Z",
    "Europe/Berlin, 02:30, 04:00, 2026-10-24T12:00:00Z, 2026-10-25T00:30:00Z, 2026-10-25T03:00:00Z",
    "Europe/Berlin, 02:15, 02:45, 2026-10-24T12:00:00Z, 2026-10-25T00:15:00Z, 2026-10-25T00:45:00Z",
    "Europe/Berlin, 22:00, 06:00, 2026-10-24T12:00:00Z, 2026-10-24T20:00:00Z, 2026-10-25T05:00:00Z",
    // New York skips 02:00-03:00 on 2027-03-14, 07:00Z, and has 01:00-02:00 twice on 2026-11-01.
    "America/New_York, 02:30, 05:00, 2027-03-14T00:00:00Z, 2027-03-14T07:00:00Z, 2027-03-14T09:00:00Z",
    "America/New_York, 23:00, 01:30, 2026-10-31T12:00:00Z, 2026-11-01T03:00:00Z, 2026-11-01T05:30:00Z",
    "America/New_York, 01:30, 03:00, 2026-10-31T12:00:00Z, 2026-11-01T05:30:00Z, 2026-11-01T08:00:00Z",
    // Kathmandu is 5:45 ahead and knows no clock changes.
    "Asia/Kathmandu, 22:00, 06:00, 2026-10-24T12:00:00Z, 2026-10-24T16:15:00Z, 2026-10-25T00:15:00Z"
  })
  void clockChangesMoveBoundariesAsDefined(String zone, String start, String end, String from, String on, String off) {
    assertThat(boundaries(window(zone, Set.of(), start, end), from, 2)).containsExactly(on + " on", off + " off");
  }

  @ParameterizedTest
  @CsvSource({"Europe/Berlin, 2027-03-26, 5", "Europe/Berlin, 2026-10-23, 5", "America/New_York, 2027-03-12, 5",
    "America/New_York, 2026-10-30, 5", "Asia/Kathmandu, 2026-11-23, 2", "Australia/Lord_Howe, 2027-04-02, 4", "Pacific/Apia, 2011-12-28, 4",
    "America/Havana, 2026-10-31, 3", "Africa/Cairo, 2027-04-28, 4"})
  void windowsThatMeetOnPaperMeetInTime(String zone, String from, int days) {
    List<Recurrence> tiles =
        List.of(window(zone, Set.of(), "23:30", "02:10"), window(zone, Set.of(), "02:10", "02:40"), window(zone, Set.of(), "02:40", "23:30"));
    Instant start = Instant.parse(from + "T00:00:00Z");
    for (Instant instant = start; instant.isBefore(start.plus(days, ChronoUnit.DAYS)); instant = instant.plus(Duration.ofMinutes(5))) {
      Instant now = instant;
      assertThat(tiles.stream().filter(tile -> tile.activeAt(now)).count()).as("%s in %s", now, zone).isEqualTo(1);
    }
  }

  @Test
  void aWeekIsLookedAheadAndMore() {
    // The only occurrence next Sunday falls into the skipped hour, so the first is the Sunday after.
    Recurrence window = window("Europe/Berlin", Set.of(DayOfWeek.SUNDAY), "02:15", "02:45");
    assertThat(boundaries(window, "2027-03-22T00:00:00Z", 2)).containsExactly("2027-04-04T00:15:00Z on", "2027-04-04T00:45:00Z off");
  }

  @Test
  void nothingChangesBetweenTwoBoundaries() {
    long seed = Long.getLong("sluice.seed", System.nanoTime());
    System.out.println("seed: " + seed);
    var random = new SplittableRandom(seed);
    String[] zones = {"Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "Africa/Cairo", "UTC"};
    int looks = 0;
    List<String> changed = new ArrayList<>();
    for (int round = 0; round < 400; round++) {
      Set<DayOfWeek> days = random.nextBoolean() ? Set.of() : random.nextBoolean() ? WORKDAYS : Set.of(DayOfWeek.of(1 + random.nextInt(7)));
      var window = new Recurrence(ZoneId.of(zones[random.nextInt(zones.length)]), days, random.nextInt(1440), random.nextInt(1440));
      Instant instant = Instant.parse("2026-01-01T00:00:00Z").plusSeconds(random.nextInt(2 * 366 * 86_400));
      Optional<Instant> boundary = window.nextBoundary(instant);
      boolean active = window.activeAt(instant);
      Instant until = boundary.orElse(instant.plus(20, ChronoUnit.DAYS));
      long seconds = Duration.between(instant, until).toSeconds();
      for (int i = 0; i < 50; i++) {
        Instant between = instant.plusSeconds(seconds == 0 ? 0 : random.nextLong(seconds));
        if (window.activeAt(between) != active) {
          changed.add("%s at %s, asked at %s".formatted(window, between, instant));
        }
        looks++;
      }
      boundary.ifPresent(change -> assertThat(window.activeAt(change)).as("seed %s: %s at %s", seed, window, change).isNotEqualTo(active));
    }
    Measured unchanged = Measured.exactly("time windows unchanged between computed boundaries", looks - changed.size(), looks, "RecurrenceTest").print();
    assertThat(unchanged.holds()).as("seed %s: %s", seed, changed).isTrue();
  }

  @Test
  void minutesHaveTheirRange() {
    assertThatThrownBy(() -> new Recurrence(ZoneId.of("UTC"), Set.of(), 1440, 0)).hasMessage("startMinute: 1440 (expected: 0..1439)");
    assertThatThrownBy(() -> new Recurrence(ZoneId.of("UTC"), Set.of(), 0, 1441)).hasMessage("endMinute: 1441 (expected: 0..1440)");
  }
}
