// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.command.migrate;

import dev.sluice.plugin.command.migrate.OldSettings.Entry;
import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Rules of the time of day as time windows. Not thread-safe; one conversion each. */
final class TimeRules {
  private static final Set<String> KNOWN =
      Set.of("type", "name", "description", "enabled", "start_time", "end_time", "days_of_week", "timezone", "weights", "max_concurrent", "max_rps", "max_tokens_per_sec");
  private static final int MAX_WEIGHT = 10_000;

  private final Report report;
  private final int levels;
  private final List<String> lines = new ArrayList<>();
  private boolean enabled;
  private String zone = "UTC";

  private TimeRules(int levels, Report report) {
    this.levels = levels;
    this.report = report;
  }

  /** The lines of {@code time_windows}; none if there are no rules. */
  static List<String> of(OldSettings old, int levels, Report report) {
    var rules = new TimeRules(levels, report);
    Map<String, Map<String, String>> sections = new LinkedHashMap<>();
    for (Entry entry : old.entries()) {
      if (entry.section().startsWith("rule.")) {
        sections.computeIfAbsent(entry.section().substring("rule.".length()), name -> new LinkedHashMap<>()).put(entry.name(), entry.value());
      }
    }
    rules.settings(old);
    sections.forEach(rules::rule);
    if (!rules.lines.isEmpty()) {
      report.note("time rules: a window ends when its time does, and the configuration holds again; the old gateway kept a rule's values for ever");
      rules.lines.add(0, "time_windows:");
    }
    return rules.lines;
  }

  private void settings(OldSettings old) {
    String both = old.value("time_rules.enabled") + old.value("time_rules_enabled");
    enabled = both.contains("true");
    if (!enabled && old.entries().stream().anyMatch(entry -> entry.section().startsWith("rule."))) {
      report.note("time_rules.enabled: not true; the windows are written, each with enabled: false");
    }
    String given = old.value("time_rules.default_timezone");
    if (!given.isEmpty() && !given.equals("Local")) {
      zone = given;
    } else {
      report.note("time_rules.default_timezone: " + (given.isEmpty() ? "not given" : given) + "; UTC is written, the old gateway took the machine's zone");
    }
    for (Entry entry : old.entries()) {
      if (entry.section().equals("time_rules")) {
        switch (entry.name()) {
          case "enabled", "default_timezone" -> {}
          case "check_interval_sec", "file_check_interval_sec" -> report.note(entry.key() + ": not needed; the next boundary is computed, and files are watched");
          default -> report.refuse(entry.key() + ": unknown (expected: a setting of the older gateway)");
        }
      }
    }
  }

  private void rule(String name, Map<String, String> rule) {
    String where = "rule." + name;
    rule.keySet().stream()
        .filter(key -> !KNOWN.contains(key) && !key.startsWith("quota."))
        .forEach(key -> report.refuse(where + "." + key + ": unknown (expected: a setting of a time rule)"));
    List<String> effects = effects(where, rule);
    if (effects.isEmpty()) {
      report.note(where + ": left out; nothing of it can be carried over");
      return;
    }
    String start = time(where + ".start_time", rule.getOrDefault("start_time", ""));
    String end = time(where + ".end_time", rule.getOrDefault("end_time", ""));
    if (end.equals("23:59")) {
      end = "24:00";
      report.note(where + ".end_time: 23:59 left a gap of a minute; 24:00 is written");
    }
    List<String> window = new ArrayList<>();
    window.add("  - id: " + Report.yaml(Report.name(name)));
    window.add("    start: '" + start + "'");
    window.add("    end: '" + end + "'");
    Set<DayOfWeek> days = days(where + ".days_of_week", rule.getOrDefault("days_of_week", ""));
    if (days.size() < 7) {
      window.add("    days: " + days.stream().map(day -> day.name().toLowerCase(Locale.ROOT)).collect(Collectors.joining(", ", "[", "]")));
    }
    window.add("    time_zone: " + zone(where + ".timezone", rule.getOrDefault("timezone", zone)));
    if (!enabled || rule.getOrDefault("enabled", "true").equals("false")) {
      window.add("    enabled: false");
    }
    window.addAll(effects);
    String description = (rule.getOrDefault("name", "") + " " + rule.getOrDefault("description", "")).strip();
    if (!description.isEmpty()) {
      window.add("    description: " + Report.yaml(description));
    }
    lines.addAll(window);
  }

  private List<String> effects(String where, Map<String, String> rule) {
    String type = rule.getOrDefault("type", "");
    rule.keySet().stream()
        .filter(key -> key.startsWith("quota."))
        .forEach(key -> report.note(where + "." + key + ": not carried over; rates of single accounts are the keys' own or a rule's here, at any hour"));
    return switch (type) {
      case "weight_adjustment" -> weights(where, rule.getOrDefault("weights", ""));
      case "capacity_adjustment" -> capacity(where, rule);
      case "quota_adjustment" -> List.of();
      default -> {
        report.refuse(where + ".type: " + (type.isEmpty() ? "missing" : Report.shown(type)) + " (expected: weight_adjustment, capacity_adjustment or quota_adjustment)");
        yield List.of();
      }
    };
  }

  private List<String> weights(String where, String text) {
    List<String> weights = List.of(text.split("\\s*,\\s*"));
    if (!weights.stream().allMatch(weight -> weight.matches("[0-9]{1,9}"))) {
      report.refuse(where + ".weights: not a list of whole numbers");
      return List.of();
    }
    if (weights.size() != levels) {
      report.note(where + ".weights: " + weights.size() + " of them for " + levels + " levels; left out, as the old gateway only logged it");
      return List.of();
    }
    List<Long> kept = weights.stream().map(weight -> Math.clamp(Long.parseLong(weight), 1L, MAX_WEIGHT)).toList();
    if (IntStream.range(0, levels).anyMatch(i -> kept.get(i) != Long.parseLong(weights.get(i)))) {
      report.note(where + ".weights: kept within 1 to " + MAX_WEIGHT + "; a level with a weight of 0 would starve");
    }
    return List.of("    weights: " + kept);
  }

  private List<String> capacity(String where, Map<String, String> rule) {
    List<String> effects = new ArrayList<>();
    for (String name : List.of("max_tokens_per_sec", "max_rps", "max_concurrent")) {
      String value = rule.get(name);
      if (value == null) {
        continue;
      }
      if (value.equals("0") || value.startsWith("-")) {
        report.note(where + "." + name + ": " + value + " meant no limit; left out, the configured limit holds");
      } else {
        report.number(where + "." + name, value, 1, name.equals("max_tokens_per_sec") ? 999_999_999_999L : 1_000_000).ifPresent(number -> effects.add("    " + name + ": " + number));
      }
    }
    if (!effects.isEmpty()) {
      report.note(where + ": its limits are for each model of each provider here, for the whole gateway before");
    }
    return effects;
  }

  private String time(String key, String value) {
    if (value.matches("([01]?[0-9]|2[0-3]):[0-5][0-9]")) {
      return value.length() == 4 ? "0" + value : value;
    }
    if (key.endsWith("end_time") && value.equals("24:00")) {
      return value;
    }
    report.refuse(key + ": " + (value.isEmpty() ? "missing" : Report.shown(value)) + " (expected: a time such as 08:30)");
    return "00:00";
  }

  private String zone(String key, String value) {
    try {
      if (value.equals("UTC") || ZoneId.getAvailableZoneIds().contains(value)) {
        return ZoneId.of(value).getId();
      }
    } catch (DateTimeException e) {
      // Said below.
    }
    report.refuse(key + ": " + Report.shown(value) + " (expected: a time zone such as Europe/Berlin)");
    return "UTC";
  }

  /** Names, three letters of them, numbers from 0 for Sunday, ranges of any; all of them where none is given. */
  private Set<DayOfWeek> days(String key, String value) {
    Set<DayOfWeek> days = EnumSet.noneOf(DayOfWeek.class);
    String text = value.toLowerCase(Locale.ROOT).replaceAll("[\\[\\]\"' ]", "");
    if (text.isEmpty() || text.equals("*") || text.equals("all") || text.equals("daily")) {
      return EnumSet.allOf(DayOfWeek.class);
    }
    text = text.replace("weekdays", "mon-fri").replace("weekends", "sat-sun").replace("weekend", "sat-sun");
    for (String part : text.split(",", -1)) {
      String[] ends = part.split("-", -1);
      int first = day(ends[0]);
      int last = ends.length == 2 ? day(ends[1]) : first;
      if (first < 0 || last < 0 || ends.length > 2) {
        report.refuse(key + ": " + Report.shown(part) + " (expected: a day such as monday, mon or 1)");
        return EnumSet.allOf(DayOfWeek.class);
      }
      for (int day = first; ; day = (day + 1) % 7) {
        days.add(DayOfWeek.of(day == 0 ? 7 : day));
        if (day == last) {
          break;
        }
      }
    }
    if (text.matches(".*[0-9].*")) {
      report.note(key + ": " + value + "; numbers are read as days from Sunday, which is 0");
    }
    return days;
  }

  /** 0 for Sunday to 6 for Saturday; -1 for none of them. */
  private static int day(String text) {
    if (text.matches("[0-7]")) {
      return Integer.parseInt(text) % 7;
    }
    for (DayOfWeek day : DayOfWeek.values()) {
      if (text.length() >= 3 && day.name().toLowerCase(Locale.ROOT).startsWith(text)) {
        return day.getValue() % 7;
      }
    }
    return -1;
  }
}
