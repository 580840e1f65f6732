// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.config;

import static dev.sluice.routing.config.Kinds.choice;
import static dev.sluice.routing.config.Kinds.duration;
import static dev.sluice.routing.config.Kinds.list;
import static dev.sluice.routing.config.Kinds.model;
import static dev.sluice.routing.config.Kinds.name;
import static dev.sluice.routing.config.Kinds.text;
import static dev.sluice.routing.config.Kinds.whole;

import dev.sluice.routing.config.Key;
import dev.sluice.routing.config.Kind;
import dev.sluice.routing.config.Section;
import dev.sluice.routing.price.Price;
import dev.sluice.routing.quota.QuotaAlert;
import dev.sluice.routing.quota.QuotaKind;
import dev.sluice.routing.quota.QuotaScope;
import dev.sluice.routing.quota.QuotaUnit;
import dev.sluice.routing.quota.QuotaWindow.Calendar;
import java.math.BigDecimal;
import java.net.URI;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** The declaration of the keys of quotas and prices. Immutable. */
final class QuotaKeys {
  private static final Pattern DECIMAL = Pattern.compile("[0-9]{1,18}(\\.[0-9]{1,6})?");

  static final Key<Duration> RESERVATION_TTL =
      Key.of(
              "reservation_ttl",
              duration(Duration.ofMinutes(1), Duration.ofDays(1)),
              "15m",
              "How long a reservation lives that nobody ends, as after a crash; longer than any request takes.")
          .atStart();
  static final Key<URI> ALERT_WEBHOOK =
      Key.optional("alert_webhook", webhook(), "none", "Address that is told by `POST` when a quota passes one of its `alert_percents`; http or https.")
          .masked()
          .atStart();

  static final class Limit {
    static final Key<QuotaScope> SCOPE = Key.required("scope", choice(QuotaScope.class), "What the subject is.");
    static final Key<String> SUBJECT =
        Key.required("subject", name(256), "Name of the organisation, team, environment, account or key; teams and environments also as `organisation/name`.");
    static final Key<QuotaKind> KIND =
        Key.of("kind", choice(QuotaKind.class), "hard", "hard stops at the amount, soft at 120 % of it, reserved keeps it out of the parent, burstable may pass it while the parent has room.");
    static final Key<QuotaUnit> UNIT = Key.of("unit", choice(QuotaUnit.class), "tokens", "What is counted; money in the currency of `prices`.");
    static final Key<BigDecimal> AMOUNT = Key.required("amount", decimal(QuotaUnit.TOKENS.most()), "How much of it in each window.");
    static final Key<String> PARENT =
        Key.optional("parent", name(128), "none", "Quota of a wider scope, same unit and window, that a reserve is kept in and a burst draws on.");
    static final Key<Calendar> CALENDAR = Key.of("calendar", choice(Calendar.class), "month", "How long a window is.");
    static final Key<ZoneId> TIME_ZONE = Key.of("time_zone", zone(), "UTC", "Time zone whose midnight windows begin at.");
    static final Key<Integer> RESET_DAY = Key.of("reset_day", whole(1, 28), "1", "Day of the month on which months begin.");
    static final Key<List<Integer>> ALERT_PERCENTS =
        Key.of("alert_percents", list(whole(1, 1000), 8), "80, 90, 100", "Percentages of the amount at which to alert, once in each window.");
    static final Key<URI> ALERT_WEBHOOK = Key.optional("alert_webhook", webhook(), "`quotas.alert_webhook`", "Address that is told instead.").masked();
    static final Section SECTION =
        Section.named(
            "limits",
            "Quotas by name. Each that fits the caller's organisation, team, environment, account or key applies.",
            List.of(SCOPE, SUBJECT, KIND, UNIT, AMOUNT, PARENT, CALENDAR, TIME_ZONE, RESET_DAY, ALERT_PERCENTS, ALERT_WEBHOOK),
            List.of());

    private Limit() {}
  }

  static final Section QUOTAS =
      Section.single("quotas", "How much callers may use in a calendar window.", List.of(RESERVATION_TTL, ALERT_WEBHOOK), List.of(Limit.SECTION)).reloadable();

  static final Key<String> CURRENCY = Key.of("currency", text("three capital letters", "[A-Z]{3}", 3), "USD", "Currency of all prices and of quotas of money.");

  static final class Rate {
    static final Key<String> MODEL = Key.required("model", model(false), "The model as callers name it; `*` for any other.");
    static final Key<String> PROVIDER = Key.of("provider", text("a provider's name, or *", "[A-Za-z0-9][A-Za-z0-9._:@/+-]*|\\*", 128), "*", "The provider; `*` for any other.");
    static final Key<BigDecimal> INPUT = Key.of("input", decimal(Price.MOST), "0", "Price of a million prompt tokens.");
    static final Key<BigDecimal> CACHED = Key.optional("cached", decimal(Price.MOST), "`input`", "Price of a million prompt tokens that the provider had in its cache.");
    static final Key<BigDecimal> OUTPUT = Key.of("output", decimal(Price.MOST), "0", "Price of a million generated tokens.");
    static final Section SECTION =
        Section.list("models", "Prices; the most exact line counts, by model before provider.", List.of(MODEL, PROVIDER, INPUT, CACHED, OUTPUT), List.of());

    private Rate() {}
  }

  static final Section PRICES = Section.single("prices", "What tokens cost.", List.of(CURRENCY), List.of(Rate.SECTION)).reloadable();

  private QuotaKeys() {}

  /** An amount of at most six decimals, 0 to {@code most}. */
  private static Kind<BigDecimal> decimal(BigDecimal most) {
    return new Kind.Single<>(
        "a number from 0 to " + most.toPlainString() + " with at most 6 decimals",
        Map.of("type", List.of("number", "string"), "pattern", "^[0-9]{1,18}(\\.[0-9]{1,6})?$", "minimum", 0, "maximum", most.longValue()),
        text ->
            Optional.of(text).filter(DECIMAL.asMatchPredicate()).map(BigDecimal::new).filter(value -> value.compareTo(most) <= 0).map(QuotaKeys::plain),
        BigDecimal::toPlainString);
  }

  private static BigDecimal plain(BigDecimal value) {
    BigDecimal stripped = value.stripTrailingZeros();
    return stripped.scale() < 0 ? stripped.setScale(0) : stripped;
  }

  private static Kind<ZoneId> zone() {
    return new Kind.Single<>(
        "a time zone such as Europe/Berlin or UTC",
        Map.of("type", "string"),
        text -> {
          try {
            return Optional.of(ZoneId.of(text));
          } catch (DateTimeException e) {
            return Optional.empty();
          }
        },
        ZoneId::getId);
  }

  /** An address that may be called. */
  static Kind<URI> webhook() {
    return new Kind.Single<>(
        "an http or https address without a user",
        Map.of("type", "string", "pattern", "^https?://"),
        text -> {
          try {
            return Optional.of(QuotaAlert.checked(URI.create(text)));
          } catch (IllegalArgumentException e) {
            return Optional.empty();
          }
        },
        uri -> "'" + uri + "'");
  }
}
