// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.config;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads and shows numbers with units; whatever does not fit into 64 bits is no number. Immutable. */
final class Quantity {
  static final String DURATION = "^[0-9]+(ms|s|m|h|d)$";
  static final String BYTES = "^[0-9]+ ?(B|KiB|MiB|GiB)?$";

  private static final Pattern WHOLE = Pattern.compile("-?[0-9]{1,19}");
  private static final Pattern DURATION_PARTS = Pattern.compile("([0-9]{1,12})(ms|s|m|h|d)");
  private static final Pattern BYTES_PARTS = Pattern.compile("([0-9]{1,19}) ?(B|KiB|MiB|GiB)?");

  private Quantity() {}

  static Optional<Long> whole(String text) {
    if (!WHOLE.matcher(text).matches()) {
      return Optional.empty();
    }
    try {
      return Optional.of(Long.parseLong(text));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  static Optional<Duration> duration(String text) {
    Matcher parts = DURATION_PARTS.matcher(text);
    if (!parts.matches()) {
      return Optional.empty();
    }
    long amount = Long.parseLong(parts.group(1));
    return Optional.of(
        switch (parts.group(2)) {
          case "ms" -> Duration.ofMillis(amount);
          case "s" -> Duration.ofSeconds(amount);
          case "m" -> Duration.ofMinutes(amount);
          case "h" -> Duration.ofHours(amount);
          default -> Duration.ofDays(amount);
        });
  }

  static String show(Duration value) {
    long millis = value.toMillis();
    if (millis % 1000 != 0) {
      return millis + "ms";
    }
    long seconds = millis / 1000;
    if (seconds == 0 || seconds % 60 != 0) {
      return seconds + "s";
    }
    return seconds % 3600 == 0 ? seconds / 3600 + "h" : seconds / 60 + "m";
  }

  static Optional<Long> bytes(String text) {
    Matcher parts = BYTES_PARTS.matcher(text);
    if (!parts.matches()) {
      return Optional.empty();
    }
    String unit = parts.group(2) == null ? "B" : parts.group(2);
    int shift =
        switch (unit) {
          case "KiB" -> 10;
          case "MiB" -> 20;
          case "GiB" -> 30;
          default -> 0;
        };
    return whole(parts.group(1)).filter(amount -> amount <= Long.MAX_VALUE >> shift).map(amount -> amount << shift);
  }

  static String showBytes(long value) {
    String[] units = {"", "KiB", "MiB", "GiB"};
    int unit = 0;
    long amount = value;
    while (unit < 3 && amount != 0 && amount % 1024 == 0) {
      amount /= 1024;
      unit++;
    }
    return amount + units[unit];
  }
}
