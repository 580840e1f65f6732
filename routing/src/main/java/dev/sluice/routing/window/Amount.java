// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.window;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A limit as a window gives it: a number, or a part of the configured one. Immutable. */
public sealed interface Amount {
  /** This much; at least 1. */
  record Absolute(long value) implements Amount {
    public Absolute {
      if (value < 1) {
        throw new IllegalArgumentException("value: " + value + " (expected: >= 1)");
      }
    }

    @Override
    public long of(long configured) {
      return value;
    }

    @Override
    public String toString() {
      return Long.toString(value);
    }
  }

  /** This part of the configured limit, 1..1000. What is not limited stays so, and nothing falls below 1. */
  record Percent(int percent) implements Amount {
    public Percent {
      if (percent < 1 || percent > 1000) {
        throw new IllegalArgumentException("percent: " + percent + " (expected: 1..1000)");
      }
    }

    @Override
    public long of(long configured) {
      if (configured >= Long.MAX_VALUE / 1000) {
        return configured;
      }
      return Math.max(1, configured * percent / 100);
    }

    @Override
    public String toString() {
      return percent + "%";
    }
  }

  /** The limit that this makes of the configured one. */
  long of(long configured);

  /** The amount that a text such as {@code 5000}, {@code 5000/s} or {@code 50%} stands for; empty if it is none. */
  static Optional<Amount> parse(String text) {
    Matcher parts = Parts.TEXT.matcher(text);
    if (!parts.matches()) {
      return Optional.empty();
    }
    long number = Long.parseLong(parts.group(1));
    boolean percent = "%".equals(parts.group(2));
    if (number < 1 || (percent && number > 1000)) {
      return Optional.empty();
    }
    return Optional.of(percent ? new Percent((int) number) : new Absolute(number));
  }

  /** How amounts are written. */
  final class Parts {
    private static final Pattern TEXT = Pattern.compile("([0-9]{1,12})(/s|%)?");

    private Parts() {}
  }
}
