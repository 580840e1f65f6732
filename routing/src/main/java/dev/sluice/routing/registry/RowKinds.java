// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.registry;

import dev.sluice.routing.config.Kind;
import dev.sluice.routing.config.Kinds;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The kinds of values that only rows have. Immutable. */
final class RowKinds {
  /** Visible characters of any script: no control, no line break, no change of direction, nothing unassigned. */
  private static final String VISIBLE = "[^\\p{Cc}\\p{Cs}\\p{Co}\\p{Cn}\\p{Zl}\\p{Zp}\\u202a-\\u202e\\u2066-\\u2069]";

  private static final Instant EARLIEST = Instant.parse("2000-01-01T00:00:00Z");
  private static final Instant LATEST = Instant.parse("9999-12-31T00:00:00Z");

  private RowKinds() {}

  static Kind<String> line(int maxChars) {
    return Kinds.text("one line of text, at most " + maxChars + " characters", VISIBLE + "*", maxChars);
  }

  static Kind<String> filled(int maxChars) {
    return Kinds.text("one line of text, 1 to " + maxChars + " characters", VISIBLE + "+", maxChars);
  }

  static Kind<String> choice(String... values) {
    List<String> known = List.of(values);
    return new Kind.Single<>(
        String.join(" or ", known), Map.of("enum", known), text -> Optional.of(text).filter(known::contains), text -> text);
  }

  static Kind<ZoneId> zone() {
    return new Kind.Single<>(
        "a time zone such as Europe/Berlin",
        Map.of(),
        text -> ZoneId.getAvailableZoneIds().contains(text) ? Optional.of(ZoneId.of(text)) : Optional.empty(),
        ZoneId::getId);
  }

  static Kind<Instant> instant() {
    return new Kind.Single<>(
        "an instant such as 2027-01-31T12:00:00Z",
        Map.of(),
        text -> {
          try {
            Instant instant = OffsetDateTime.parse(text).toInstant();
            return Optional.of(instant).filter(value -> !value.isBefore(EARLIEST) && value.isBefore(LATEST));
          } catch (DateTimeException e) {
            return Optional.empty();
          }
        },
        Instant::toString);
  }

  static Kind<BigDecimal> decimal(String min, String max, int fraction) {
    var least = new BigDecimal(min);
    var most = new BigDecimal(max);
    return new Kind.Single<>(
        "a number from " + min + " to " + max + " with at most " + fraction + " decimals",
        Map.of("minimum", least, "maximum", most),
        text -> {
          try {
            var value = new BigDecimal(text);
            boolean modest = Math.abs((long) value.scale()) <= 30 && value.precision() <= 40;
            return modest && value.compareTo(least) >= 0 && value.compareTo(most) <= 0 && value.stripTrailingZeros().scale() <= fraction
                ? Optional.of(value)
                : Optional.empty();
          } catch (NumberFormatException e) {
            return Optional.empty();
          }
        },
        BigDecimal::toPlainString);
  }

  static Kind<String> webhook() {
    return new Kind.Single<>(
        WebhookAddress.EXPECTED, Map.of("maxLength", WebhookAddress.MAX_CHARS), text -> Optional.of(text).filter(WebhookAddress::allowed), text -> text);
  }
}
