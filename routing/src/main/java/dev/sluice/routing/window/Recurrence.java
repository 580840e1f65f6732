// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.window;

import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.zone.ZoneOffsetTransition;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Hours of the day on days of the week, in a time zone. Immutable.
 *
 * <p>A window begins at its start and ends just before its end. An end before the start is on the day after; the day of the week
 * is that on which the window began. An end equal to the start means never; 24:00 is the end of the day.
 *
 * <p>Where clocks change, a time of day stands for the first instant at which the zone's clocks show it or a later one: a time
 * that is skipped for the instant of the change, a time that comes twice for its first coming. So windows that meet on paper
 * also meet in time, without gap or overlap, and one that lies wholly within skipped time does not happen that day.
 *
 * @param days days on which it begins; empty means every day
 * @param startMinute of the day, 0..1439
 * @param endMinute of the day, 0..1440
 */
public record Recurrence(ZoneId zone, Set<DayOfWeek> days, int startMinute, int endMinute) {
  /** The minute that ends a day. */
  public static final int DAY_MINUTES = 1440;

  /** Far enough back for a window that began yesterday, also where a zone's clocks cross midnight backwards. */
  private static final int DAYS_BACK = 2;

  /** Longer than a week, so that one occurrence lost to a clock change is followed by another. */
  private static final int DAYS_AHEAD = 16;

  public Recurrence {
    days = Set.copyOf(days);
    if (startMinute < 0 || startMinute >= DAY_MINUTES) {
      throw new IllegalArgumentException("startMinute: " + startMinute + " (expected: 0..1439)");
    }
    if (endMinute < 0 || endMinute > DAY_MINUTES) {
      throw new IllegalArgumentException("endMinute: " + endMinute + " (expected: 0..1440)");
    }
  }

  /** Whether it is on at {@code instant}. */
  public boolean activeAt(Instant instant) {
    LocalDate today = instant.atZone(zone).toLocalDate();
    for (LocalDate day = today.minusDays(DAYS_BACK); !day.isAfter(today.plusDays(1)); day = day.plusDays(1)) {
      if (begins(day) && !instant.isBefore(start(day)) && instant.isBefore(end(day))) {
        return true;
      }
    }
    return false;
  }

  /** The first instant after {@code instant} at which it goes on or off; empty if it never does. */
  public Optional<Instant> nextBoundary(Instant instant) {
    LocalDate today = instant.atZone(zone).toLocalDate();
    Optional<Instant> next = Optional.empty();
    for (int ahead = -DAYS_BACK; ahead <= DAYS_AHEAD; ahead++) {
      LocalDate day = today.plusDays(ahead);
      if (begins(day) && start(day).isBefore(end(day))) {
        for (Instant boundary : List.of(start(day), end(day))) {
          if (boundary.isAfter(instant) && next.filter(found -> !boundary.isBefore(found)).isEmpty()) {
            next = Optional.of(boundary);
          }
        }
      }
    }
    return next;
  }

  private boolean begins(LocalDate day) {
    return startMinute != endMinute && (days.isEmpty() || days.contains(day.getDayOfWeek()));
  }

  private Instant start(LocalDate day) {
    return first(day, startMinute);
  }

  private Instant end(LocalDate day) {
    return first(endMinute < startMinute ? day.plusDays(1) : day, endMinute);
  }

  private Instant first(LocalDate day, int minute) {
    LocalDateTime local = day.atStartOfDay().plusMinutes(minute);
    List<ZoneOffset> offsets = zone.getRules().getValidOffsets(local);
    if (offsets.isEmpty()) {
      ZoneOffsetTransition change = zone.getRules().getTransition(local);
      return change.getInstant();
    }
    return local.toInstant(offsets.getFirst());
  }
}
