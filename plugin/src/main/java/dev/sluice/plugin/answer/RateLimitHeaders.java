// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.answer;

import dev.sluice.plugin.dialect.Family;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;

/** Tells a caller what is left of an allowance, in the headers its family's clients read. Thread-safe. */
public final class RateLimitHeaders {
  private static final long MILLIS_PER_SECOND = 1_000;
  private static final long MILLIS_PER_MINUTE = 60_000;
  private static final long MILLIS_PER_HOUR = 3_600_000;

  private RateLimitHeaders() {}

  /**
   * The headers of one allowance: limit, remaining and reset, which is a duration for OpenAI and an instant for Anthropic.
   *
   * @param now wall time the answer is made at
   */
  public static List<Header> of(Family family, Allowance allowance, Instant now) {
    String unit = allowance.unit().label();
    String limit = Long.toString(allowance.limit());
    String remaining = Long.toString(allowance.remaining());
    return switch (family) {
      case OPENAI ->
          List.of(
              new Header("x-ratelimit-limit-" + unit, limit),
              new Header("x-ratelimit-remaining-" + unit, remaining),
              new Header("x-ratelimit-reset-" + unit, duration(allowance.untilReset())));
      case ANTHROPIC ->
          List.of(
              new Header("anthropic-ratelimit-" + unit + "-limit", limit),
              new Header("anthropic-ratelimit-" + unit + "-remaining", remaining),
              new Header("anthropic-ratelimit-" + unit + "-reset", instant(now.plus(allowance.untilReset()))));
    };
  }

  /** A duration as OpenAI writes it, such as {@code 120ms}, {@code 41.724s}, {@code 6m0s}; rounded up to milliseconds. */
  static String duration(Duration duration) {
    long millis = millisRoundedUp(duration);
    if (millis == 0) {
      return "0s";
    }
    if (millis < MILLIS_PER_SECOND) {
      return millis + "ms";
    }
    StringBuilder text = new StringBuilder(12);
    if (millis >= MILLIS_PER_HOUR) {
      text.append(millis / MILLIS_PER_HOUR).append('h');
    }
    if (millis >= MILLIS_PER_MINUTE) {
      text.append(millis % MILLIS_PER_HOUR / MILLIS_PER_MINUTE).append('m');
    }
    long inMinute = millis % MILLIS_PER_MINUTE;
    text.append(inMinute / MILLIS_PER_SECOND);
    long fraction = inMinute % MILLIS_PER_SECOND;
    if (fraction > 0) {
      String digits = Long.toString(MILLIS_PER_SECOND + fraction).substring(1);
      text.append('.').append(withoutTrailingZeros(digits));
    }
    return text.append('s').toString();
  }

  private static long millisRoundedUp(Duration duration) {
    long millis = duration.toMillis();
    return duration.equals(Duration.ofMillis(millis)) ? millis : millis + 1;
  }

  private static String withoutTrailingZeros(String digits) {
    int end = digits.length();
    while (digits.charAt(end - 1) == '0') {
      end--;
    }
    return digits.substring(0, end);
  }

  /* Whole seconds, rounded up, as RFC 3339. */
  private static String instant(Instant instant) {
    Instant floor = instant.truncatedTo(ChronoUnit.SECONDS);
    return (floor.equals(instant) ? floor : floor.plusSeconds(1)).toString();
  }
}
