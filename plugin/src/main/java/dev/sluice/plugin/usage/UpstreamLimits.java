// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.usage;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a provider said of its own limits in its answer's headers, as written; empty texts where it said nothing. Immutable.
 *
 * @param retryAfter seconds or a date of HTTP
 * @param remainingRequests requests that it still takes before the reset
 * @param remainingTokens LLM tokens likewise
 * @param resetRequests when requests renew: {@code 1s}, {@code 6m0s}, {@code 20ms}, seconds, seconds since 1970, or an instant
 * @param resetTokens when tokens renew, likewise
 */
public record UpstreamLimits(
    String retryAfter, OptionalLong remainingRequests, OptionalLong remainingTokens, String resetRequests, String resetTokens) {
  /** It said nothing. */
  public static final UpstreamLimits UNKNOWN = new UpstreamLimits("", OptionalLong.empty(), OptionalLong.empty(), "", "");

  private static final int MAX_CHARS = 64;
  private static final double NANOS_PER_SECOND = 1e9;

  /** Numbers beyond this are instants: no limit renews in thirty years. */
  private static final double FIRST_EPOCH_SECOND = 1e9;

  private static final double MOST_SECONDS = 366 * 86_400.0;
  private static final Pattern NUMBER = Pattern.compile("[0-9]{1,12}(\\.[0-9]{1,9})?");
  private static final Pattern PARTS = Pattern.compile("(?:([0-9.]{1,12})d)?(?:([0-9.]{1,12})h)?(?:([0-9.]{1,12})m(?!s))?(?:([0-9.]{1,12})s)?(?:([0-9.]{1,12})ms)?");

  /** Time until it is to be asked again; empty if it did not say, or in no known form. */
  public OptionalLong retryAfterNanos(Instant now) {
    return nanos(retryAfter, now);
  }

  /** If it takes nothing more before a reset, the time until that; empty otherwise. */
  public OptionalLong exhaustedNanos(Instant now) {
    OptionalLong requests = remainingRequests.orElse(1) == 0 ? nanos(resetRequests, now) : OptionalLong.empty();
    OptionalLong tokens = remainingTokens.orElse(1) == 0 ? nanos(resetTokens, now) : OptionalLong.empty();
    return requests.isEmpty() ? tokens : OptionalLong.of(Math.max(requests.getAsLong(), tokens.orElse(0)));
  }

  private static OptionalLong nanos(String text, Instant now) {
    String stripped = text.strip();
    if (stripped.isEmpty() || stripped.length() > MAX_CHARS) {
      return OptionalLong.empty();
    }
    if (NUMBER.matcher(stripped).matches()) {
      double seconds = Double.parseDouble(stripped);
      return of(seconds < FIRST_EPOCH_SECOND ? seconds : seconds - now.toEpochMilli() / 1e3);
    }
    Matcher parts = PARTS.matcher(stripped);
    if (parts.matches()) {
      double[] units = {86_400, 3_600, 60, 1, 1e-3};
      double seconds = 0;
      for (int i = 0; i < units.length; i++) {
        String part = parts.group(i + 1);
        if (part != null) {
          if (!NUMBER.matcher(part).matches()) {
            return OptionalLong.empty();
          }
          seconds += Double.parseDouble(part) * units[i];
        }
      }
      return of(seconds);
    }
    return instant(stripped, now);
  }

  private static OptionalLong instant(String text, Instant now) {
    boolean iso = Character.isDigit(text.charAt(0));
    try {
      Instant then =
          iso ? DateTimeFormatter.ISO_OFFSET_DATE_TIME.parse(text, Instant::from) : DateTimeFormatter.RFC_1123_DATE_TIME.parse(text, Instant::from);
      return of(Duration.between(now, then).toMillis() / 1e3);
    } catch (DateTimeException e) {
      return OptionalLong.empty();
    }
  }

  private static OptionalLong of(double seconds) {
    return OptionalLong.of((long) (Math.clamp(seconds, 0, MOST_SECONDS) * NANOS_PER_SECOND));
  }
}
