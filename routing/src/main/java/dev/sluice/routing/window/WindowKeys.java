// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.window;

import dev.sluice.routing.config.Key;
import dev.sluice.routing.config.Kind;
import dev.sluice.routing.config.Kinds;
import dev.sluice.routing.config.Problems;
import dev.sluice.routing.config.Section;
import dev.sluice.routing.config.Values;
import dev.sluice.routing.rule.MatchKeys;
import dev.sluice.routing.rule.TermKeys;
import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The declaration of time windows, in a configuration file and in the database alike. Immutable. */
public final class WindowKeys {
  private static final Pattern TIME = Pattern.compile("([0-9]{2}):([0-9]{2})");
  private static final Pattern DELTA = Pattern.compile("[+-]?[0-9]{1,2}");
  private static final int MAX_LEVELS = 20;
  private static final int MAX_WEIGHT = 10_000;

  private static final Key<String> ID = Key.required("id", Kinds.name(64), "Name of the window.");
  private static final Key<Integer> START =
      Key.required("start", time(Recurrence.DAY_MINUTES - 1, "a time of day such as 08:30"), "Time of day at which it begins.");
  private static final Key<Integer> END =
      Key.required(
          "end",
          time(Recurrence.DAY_MINUTES, "a time of day such as 18:00, or 24:00"),
          "Time of day just before which it ends; before `start` it is on the day after, equal to `start` it is never.");
  private static final Key<List<DayOfWeek>> DAYS =
      Key.of("days", Kinds.list(Kinds.choice(DayOfWeek.class), 7), "", "Days of the week on which it begins; none named means every day.");
  private static final Key<ZoneId> TIME_ZONE = Key.of("time_zone", zone(), "UTC", "The time zone of times and days.");
  private static final Key<Boolean> ENABLED = Key.of("enabled", Kinds.flag(), "true", "Whether the window counts.");
  private static final Key<Integer> LEVEL_DELTA =
      Key.optional("level_delta", delta(), "0", "Added to the level of matching requests, below 0 for more important; kept within the levels.");
  private static final Key<List<Integer>> WEIGHTS =
      Key.optional("weights", Kinds.list(Kinds.whole(1, MAX_WEIGHT), MAX_LEVELS), "`scheduler.weights`", "Shares of the lanes, best first, one for each level.");
  private static final Key<List<String>> PROVIDERS =
      Key.of("providers", Kinds.list(Kinds.name(128), 64), "", "Providers whose capacity changes; none named means all.");
  private static final Key<List<String>> MODELS =
      Key.of("models", Kinds.list(Kinds.model(false), 256), "", "Models, as the providers name them, whose capacity changes; none named means all.");
  private static final Key<Amount> MAX_TOKENS_PER_SEC = capacity("max_tokens_per_sec", "LLM tokens a second for one model.");
  private static final Key<Amount> MAX_RPS = capacity("max_rps", "Requests a second for one model.");
  private static final Key<Amount> MAX_CONCURRENT = capacity("max_concurrent", "Requests at a time for one model.");
  private static final Key<String> DESCRIPTION = Key.optional("description", Kinds.line(256), "none", "For people.");

  /** The list of windows. */
  public static final Section SECTION =
      Section.list(
              "time_windows",
              "What differs at certain hours. Of several windows that are on at once the later one wins, field by field; after a window the"
                  + " configuration holds again. Only new requests are affected. `match_` and `level_delta` and `quota_multiplier` are about"
                  + " requests, the rest is for everybody.",
              Stream.of(
                      List.of(ID, START, END, DAYS, TIME_ZONE, ENABLED),
                      MatchKeys.KEYS,
                      List.of(LEVEL_DELTA, TermKeys.QUOTA_MULTIPLIER, WEIGHTS, PROVIDERS, MODELS, MAX_TOKENS_PER_SEC, MAX_RPS, MAX_CONCURRENT, DESCRIPTION))
                  .<Key<?>>flatMap(List::stream)
                  .toList(),
              List.of())
          .reloadable();

  private WindowKeys() {}

  private static Key<Amount> capacity(String name, String doc) {
    Kind<Amount> kind =
        new Kind.Single<>(
            "a number of at least 1, or 1% to 1000% of the configured one",
            Map.of("type", List.of("integer", "string"), "pattern", "^[0-9]{1,12}(/s|%)?$"),
            text -> Amount.parse(text).filter(amount -> amount.of(1) <= Integer.MAX_VALUE || name.equals("max_tokens_per_sec")),
            Amount::toString);
    return Key.optional(name, kind, "the configured", doc);
  }

  private static Kind<Integer> time(int latest, String expected) {
    return new Kind.Single<>(
        expected,
        Map.of("type", "string", "pattern", "^[0-9]{2}:[0-9]{2}$"),
        text -> {
          Matcher parts = TIME.matcher(text);
          if (!parts.matches() || Integer.parseInt(parts.group(2)) > 59) {
            return Optional.empty();
          }
          int minute = Integer.parseInt(parts.group(1)) * 60 + Integer.parseInt(parts.group(2));
          return Optional.of(minute).filter(value -> value <= latest);
        },
        minute -> "'%02d:%02d'".formatted(minute / 60, minute % 60));
  }

  private static Kind<ZoneId> zone() {
    return new Kind.Single<>(
        "an IANA time zone such as Europe/Berlin",
        Map.of("type", "string"),
        text -> {
          try {
            // Offsets and ZoneId's own abbreviations know no rules for clock changes; of them only UTC is meant.
            return text.equals("UTC") || ZoneId.getAvailableZoneIds().contains(text) ? Optional.of(ZoneId.of(text)) : Optional.empty();
          } catch (DateTimeException e) {
            return Optional.empty();
          }
        },
        ZoneId::getId);
  }

  private static Kind<Integer> delta() {
    return new Kind.Single<>(
        "a whole number from -19 to 19",
        Map.of("type", "integer", "minimum", -19, "maximum", 19),
        text -> DELTA.matcher(text).matches() ? Optional.of(Integer.parseInt(text)).filter(value -> Math.abs(value) < MAX_LEVELS) : Optional.empty(),
        value -> Integer.toString(value));
  }

  /**
   * The windows of a list that count; what is wrong with the others is among the problems.
   *
   * @param levels how many priority levels there are
   */
  public static List<TimeWindow> read(List<Values> items, int levels, Problems problems) {
    List<TimeWindow> windows = new ArrayList<>();
    Map<String, Integer> seen = new HashMap<>();
    for (Values item : items) {
      if (!item.sound(ID, START, END, DAYS, TIME_ZONE, LEVEL_DELTA, TermKeys.QUOTA_MULTIPLIER, WEIGHTS, MAX_TOKENS_PER_SEC, MAX_RPS, MAX_CONCURRENT)) {
        continue;
      }
      Integer first = seen.putIfAbsent(item.get(ID), item.place(ID).line());
      if (first != null) {
        item.refuse(ID, "a name of its own; the same is on line " + first, problems);
      }
      if (item.find(WEIGHTS).filter(weights -> weights.size() != levels).isPresent()) {
        item.refuse(WEIGHTS, levels + " weights, one for each level", problems);
      }
      TimeWindow window = window(item);
      if (window.effects().changesNothing()) {
        problems.add(item.place(), item.path(), "no effect", "one of level_delta, quota_multiplier, weights, max_tokens_per_sec, max_rps and max_concurrent");
      }
      if (item.get(ENABLED)) {
        windows.add(window);
      }
    }
    return windows;
  }

  private static TimeWindow window(Values item) {
    var capacity =
        new WindowEffects.Capacity(
            Set.copyOf(item.get(PROVIDERS)),
            Set.copyOf(item.get(MODELS)),
            item.find(MAX_TOKENS_PER_SEC),
            item.find(MAX_RPS),
            item.find(MAX_CONCURRENT));
    var effects =
        new WindowEffects(
            MatchKeys.traits(item),
            item.find(LEVEL_DELTA).map(OptionalInt::of).orElseGet(OptionalInt::empty),
            item.find(TermKeys.QUOTA_MULTIPLIER),
            item.find(WEIGHTS).orElse(List.of()),
            capacity);
    return new TimeWindow(item.get(ID), new Recurrence(item.get(TIME_ZONE), Set.copyOf(item.get(DAYS)), item.get(START), item.get(END)), effects);
  }
}
