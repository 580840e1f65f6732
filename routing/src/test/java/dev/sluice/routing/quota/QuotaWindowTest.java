// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.quota;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.routing.quota.QuotaWindow.Calendar;
import dev.sluice.routing.quota.QuotaWindow.Span;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class QuotaWindowTest {
  private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

  private static Span at(Calendar calendar, String zone, int resetDay, String instant) {
    return new QuotaWindow(calendar, ZoneId.of(zone), resetDay).at(Instant.parse(instant));
  }

  private static Span span(String start, String end) {
    return new Span(Instant.parse(start), Instant.parse(end));
  }

  @Test
  void aDayOfTheSpringChangeHas23HoursFromMidnightToMidnight() {
    assertThat(at(Calendar.DAY, "Europe/Berlin", 1, "2027-03-27T23:30:00Z")).isEqualTo(span("2027-03-27T23:00:00Z", "2027-03-28T22:00:00Z"));
    assertThat(at(Calendar.DAY, "Europe/Berlin", 1, "2027-03-28T21:59:59.999Z")).isEqualTo(span("2027-03-27T23:00:00Z", "2027-03-28T22:00:00Z"));
    assertThat(at(Calendar.DAY, "Europe/Berlin", 1, "2027-03-28T22:00:00Z").start()).isEqualTo("2027-03-28T22:00:00Z");
  }

  @Test
  void aDayOfTheAutumnChangeHas25Hours() {
    Span day = at(Calendar.DAY, "Europe/Berlin", 1, "2026-10-25T12:00:00Z");
    assertThat(day).isEqualTo(span("2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z"));
    assertThat(Duration.between(day.start(), day.end())).hasHours(25);
  }

  @Test
  void aDayWhoseMidnightIsSkippedBeginsAtItsFirstInstant() {
    assertThat(at(Calendar.DAY, "Africa/Cairo", 1, "2027-04-30T10:00:00Z").start()).isEqualTo("2027-04-29T22:00:00Z");
  }

  @Test
  void aMonthBeginsOnItsResetDay() {
    assertThat(at(Calendar.MONTH, "Europe/Berlin", 15, "2026-11-14T22:59:59Z")).isEqualTo(span("2026-10-14T22:00:00Z", "2026-11-14T23:00:00Z"));
    assertThat(at(Calendar.MONTH, "Europe/Berlin", 15, "2026-11-14T23:00:00Z").start()).isEqualTo("2026-11-14T23:00:00Z");
    assertThat(at(Calendar.MONTH, "UTC", 28, "2027-03-01T00:00:00Z")).isEqualTo(span("2027-02-28T00:00:00Z", "2027-03-28T00:00:00Z"));
  }

  @Test
  void aWeekBeginsOnMonday() {
    assertThat(at(Calendar.WEEK, "UTC", 1, "2026-11-24T12:00:00Z")).isEqualTo(span("2026-11-23T00:00:00Z", "2026-11-30T00:00:00Z"));
  }

  @Test
  void anHourIsOneOfTheLocalClock() {
    assertThat(at(Calendar.HOUR, "Asia/Kolkata", 1, "2026-11-24T12:00:00Z")).isEqualTo(span("2026-11-24T11:30:00Z", "2026-11-24T12:30:00Z"));
  }

  @Test
  void aResetDayBeyondThe28thIsRefused() {
    assertThatThrownBy(() -> new QuotaWindow(Calendar.MONTH, BERLIN, 29)).hasMessage("resetDay: 29 (expected: 1..28)");
  }

  /** Windows follow one another without gap or overlap, wherever the clocks are changed; also half an hour, and over midnight. */
  @Test
  void everyInstantLiesInExactlyOneWindow() {
    long seed = new SplittableRandom().nextLong();
    System.out.println("seed: " + seed);
    var random = new SplittableRandom(seed);
    for (String zone : List.of("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Havana", "America/St_Johns", "Africa/Cairo", "Pacific/Apia", "UTC")) {
      for (Calendar calendar : Calendar.values()) {
        var window = new QuotaWindow(calendar, ZoneId.of(zone), 1 + random.nextInt(28));
        Instant now = Instant.parse("2005-01-01T00:00:00Z").plusSeconds(random.nextLong(86_400L * 30));
        Span span = window.at(now);
        int windows = calendar == Calendar.HOUR ? 20_000 : 500;
        for (int i = 0; i < windows; i++) {
          assertThat(window.at(span.start())).isEqualTo(span);
          assertThat(window.at(span.end().minusNanos(1))).isEqualTo(span);
          Instant inside = span.start().plusSeconds(random.nextLong(Duration.between(span.start(), span.end()).toSeconds()));
          assertThat(window.at(inside)).as("%s %s %s", zone, calendar, inside).isEqualTo(span);
          Span next = window.at(span.end());
          assertThat(next.start()).as("%s %s", zone, calendar).isEqualTo(span.end());
          span = next;
        }
      }
    }
  }
}
