// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.quota;

import com.github.benmanes.caffeine.cache.Ticker;
import dev.sluice.routing.quota.QuotaClaim.Subject;
import dev.sluice.routing.quota.QuotaWindow.Calendar;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Quotas and claims for tests, and the time they live in. Not thread-safe but for reading the time. */
public final class Quotas implements InstantSource, Ticker {
  public static final Duration TTL = Duration.ofMinutes(15);
  public static final QuotaWindow MONTHLY = new QuotaWindow(Calendar.MONTH, ZoneOffset.UTC, 1);

  private volatile Instant now = Instant.parse("2026-11-24T12:00:00Z");

  @Override
  public Instant instant() {
    return now;
  }

  @Override
  public long read() {
    return now.toEpochMilli() * 1_000_000;
  }

  public void advance(Duration time) {
    now = now.plus(time);
  }

  public void set(Instant instant) {
    now = instant;
  }

  public static Quota quota(String id, QuotaScope scope, QuotaKind kind, long amount, String parent) {
    return quota(id, scope, kind, QuotaUnit.TOKENS, amount, parent, MONTHLY);
  }

  public static Quota quota(String id, QuotaScope scope, QuotaKind kind, QuotaUnit unit, long amount, String parent, QuotaWindow window) {
    Optional<String> of = parent.isEmpty() ? Optional.empty() : Optional.of(parent);
    return new Quota(id, scope, id, kind, unit, BigDecimal.valueOf(amount), window, of, QuotaAlert.DEFAULT);
  }

  /** A claim of {@code tokens} by subjects written as {@code account:name}. */
  public static QuotaClaim claim(long tokens, String... subjects) {
    return new QuotaClaim(
        List.of(subjects).stream()
            .map(text -> new Subject(QuotaScope.valueOf(text.substring(0, text.indexOf(':')).toUpperCase(Locale.ROOT)), text.substring(text.indexOf(':') + 1)))
            .toList(),
        new QuotaCost(tokens, 1, tokens),
        BigDecimal.ONE);
  }
}
