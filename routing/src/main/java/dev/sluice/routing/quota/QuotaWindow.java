// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.quota;

import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.TemporalAdjusters;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;

/**
 * The calendar windows of a quota: every instant lies in exactly one of them. Immutable.
 *
 * <p>Days, weeks (from Monday) and months begin at the subject's midnight, or at the first instant of the date where a change of the clocks
 * skips midnight; so a day has 23, 24 or 25 hours. Where the clocks go back over midnight, the new day begins at the first midnight and goes on
 * through the second. Hours begin at full hours of the local clock, and at a change of the clocks that cuts one in two.
 *
 * @param zone the subject's time zone
 * @param resetDay day of the month on which months begin, 1 to 28; of no matter to other calendars
 */
public record QuotaWindow(Calendar calendar, ZoneId zone, int resetDay) {
  private static final long SECONDS_PER_HOUR = 3600;

  public QuotaWindow {
    if (resetDay < 1 || resetDay > 28) {
      throw new IllegalArgumentException("resetDay: " + resetDay + " (expected: 1..28)");
    }
  }

  /** How long a window is. */
  public enum Calendar {
    HOUR,
    DAY,
    WEEK,
    MONTH
  }

  /** One window: {@code start} inclusive, {@code end} exclusive. Immutable. */
  public record Span(Instant start, Instant end) {
    public boolean contains(Instant now) {
      return !now.isBefore(start) && now.isBefore(end);
    }
  }

  /** The window that {@code now} lies in. */
  public Span at(Instant now) {
    return calendar == Calendar.HOUR ? hour(now) : days(now);
  }

  private Span days(Instant now) {
    LocalDate first = first(now.atZone(zone).toLocalDate());
    Instant end = midnight(next(first));
    if (!now.isBefore(end)) {
      // The clocks went back over midnight: the date says yesterday, but the new day has begun.
      first = next(first);
      end = midnight(next(first));
    }
    return new Span(midnight(first), end);
  }

  private LocalDate first(LocalDate date) {
    return switch (calendar) {
      case HOUR, DAY -> date;
      case WEEK -> date.with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY));
      case MONTH -> (date.getDayOfMonth() < resetDay ? date.minusMonths(1) : date).withDayOfMonth(resetDay);
    };
  }

  private LocalDate next(LocalDate first) {
    return switch (calendar) {
      case HOUR, DAY -> first.plusDays(1);
      case WEEK -> first.plusWeeks(1);
      case MONTH -> first.plusMonths(1);
    };
  }

  private Instant midnight(LocalDate date) {
    return date.atStartOfDay(zone).toInstant();
  }

  private Span hour(Instant now) {
    ZoneRules rules = zone.getRules();
    ZoneOffset offset = rules.getOffset(now);
    long local = now.getEpochSecond() + offset.getTotalSeconds();
    Instant start = Instant.ofEpochSecond(Math.floorDiv(local, SECONDS_PER_HOUR) * SECONDS_PER_HOUR - offset.getTotalSeconds());
    Instant end = start.plusSeconds(SECONDS_PER_HOUR);
    ZoneOffsetTransition before = rules.previousTransition(now.plusNanos(1));
    ZoneOffsetTransition after = rules.nextTransition(now);
    if (before != null && before.getInstant().isAfter(start)) {
      start = before.getInstant();
    }
    if (after != null && after.getInstant().isBefore(end)) {
      end = after.getInstant();
    }
    return new Span(start, end);
  }

  /** How long it is from {@code now} to the end of {@code span}; zero if that is over. */
  public static Duration left(Span span, Instant now) {
    Duration left = Duration.between(now, span.end());
    return left.isNegative() ? Duration.ZERO : left;
  }
}
