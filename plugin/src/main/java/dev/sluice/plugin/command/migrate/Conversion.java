// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.command.migrate;

import dev.sluice.plugin.command.migrate.OldSettings.Entry;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Turns the settings of the older gateway into ours, and says what changes its meaning. Not thread-safe; one conversion each.
 *
 * <p>What this version does not have is named and left out; a setting that nobody knows, or a file of two versions at once, is
 * refused, because a guess would change who waits for whom.
 */
public final class Conversion {
  private static final int MAX_TIMEOUT_SECONDS = 50;

  private final OldSettings old;
  private final OldDatabase database;
  private final boolean first;
  private final Report report = new Report();
  private final Map<String, String> scheduler = new LinkedHashMap<>();
  private final Buckets buckets = new Buckets(report);
  private final Providers providers = new Providers(report);

  private Conversion(OldSettings old, OldDatabase database) {
    this.old = old;
    this.database = database;
    this.first = old.entries().stream().anyMatch(entry -> OldSettings.flat(entry.name()));
  }

  /**
   * What a conversion came to.
   *
   * @param yaml our configuration; of no use with refusals
   * @param notes changed meanings, guesses, and what is not carried over
   * @param refusals why there is no conversion
   */
  public record Result(String yaml, List<String> notes, List<String> refusals) {}

  /** Converts what files and database of an installation say. */
  public static Result of(OldSettings old, OldDatabase database) {
    var conversion = new Conversion(old, database);
    String yaml = conversion.convert();
    return new Result(yaml, conversion.report.notes(), conversion.report.refusals());
  }

  private String convert() {
    old.faults().forEach(report::refuse);
    if (old.entries().isEmpty()) {
      report.refuse("no setting found (expected: an INI file of the older gateway)");
    }
    boolean second = old.entries().stream().anyMatch(entry -> !entry.section().isEmpty() && !entry.timed() && !Stores.concerns(entry));
    if (first && second) {
      report.refuse("settings of two versions in one file: scheduler_... of the first and sections of the second; split it");
    }
    old.commented().forEach(key -> report.note(key + ": has a comment behind its value; the old gateway took its default instead, the value itself is taken now"));
    old.entries().forEach(this::setting);
    if (!scheduler.containsKey("priority_levels")) {
      scheduler.put("priority_levels", "10");
      report.note("priority_levels: not given; 10 is written, the old default (ours is 5)");
    }
    int levels = Integer.parseInt(scheduler.getOrDefault("priority_levels", "10"));
    defaultPriority(levels);
    List<List<String>> blocks = new ArrayList<>();
    blocks.add(scheduler());
    List<String> stores = Stores.of(old, levels, report);
    add(blocks, with(stores, levels));
    add(blocks, TimeRules.of(old, levels, report));
    add(blocks, providers.lines());
    add(blocks, List.of("events:", "  secret_env: SLUICE_EVENTS_SECRET"));
    report.note("marketplace: off here unless consent is recorded; the old documents had it on by default");
    if (stores.stream().noneMatch(line -> line.contains("fail_mode:"))) {
      report.note("fail mode: this file sets none; where stores are configured, callers are answered 503 while none of them nor the snapshot can tell (fail_close)");
    }
    var yaml = new StringBuilder("# Converted from a configuration of the older gateway; `sluice check` prints what is in force.\n");
    blocks.forEach(lines -> yaml.append(String.join("\n", lines)).append("\n\n"));
    return yaml.toString().stripTrailing() + "\n";
  }

  private static void add(List<List<String>> blocks, List<String> lines) {
    if (!lines.isEmpty()) {
      blocks.add(lines);
    }
  }

  /** The stores' lines with the database's rules and quotas in their sections. */
  private List<String> with(List<String> stores, int levels) {
    List<String> lines = new ArrayList<>(stores);
    insert(lines, "rules:", database.rules(levels, report));
    List<String> limits = new ArrayList<>(database.limits(report));
    if (!limits.isEmpty()) {
      limits.addFirst("  limits:");
    }
    insert(lines, "quotas:", limits);
    return lines;
  }

  private static void insert(List<String> lines, String section, List<String> more) {
    if (more.isEmpty()) {
      return;
    }
    if (!lines.contains(section)) {
      lines.add(section);
    }
    lines.addAll(lines.indexOf(section) + 1, more);
  }

  private void setting(Entry entry) {
    if (entry.timed() || Stores.concerns(entry)) {
      return;
    }
    if (Buckets.concerns(entry)) {
      buckets.setting(entry);
      return;
    }
    if (Providers.concerns(entry)) {
      providers.setting(entry);
      return;
    }
    String key = entry.key();
    String value = entry.value();
    String name = first ? key.replaceFirst("^scheduler_", "scheduler.") : key;
    switch (name) {
      case "scheduler.enabled" -> {
        if (!value.equals("true")) {
          report.note(key + ": " + value + "; here scheduling is on for every route that has the filter");
        }
      }
      case "scheduler.type" -> type(key, value);
      case "scheduler.priority_levels" -> report.number(key, value, 2, 20).ifPresent(levels -> scheduler.put("priority_levels", Long.toString(levels)));
      case "scheduler.default_priority" -> report.number(key, value, 0, 19).ifPresent(level -> scheduler.put("default_priority", Long.toString(level)));
      case "scheduler.policy" -> policy(key, value);
      case "scheduler.max_queue_depth" -> report.number(key, value, 0, 1_000_000).ifPresent(this::depth);
      case "scheduler.queue_timeout_sec" ->
          report
              .number(key, value, 0, 86_400)
              .ifPresent(
                  seconds -> {
                    scheduler.put("queue_timeout", Math.min(seconds, MAX_TIMEOUT_SECONDS) + "s");
                    if (seconds > MAX_TIMEOUT_SECONDS) {
                      report.note(key + ": " + seconds + "; 50s is written, because the gateway hangs up after 60");
                    }
                  });
      case "scheduler.weights", "scheduler.priority_weights" -> weights(key, value);
      case "scheduler.max_tokens_per_sec", "scheduler.max_rps", "scheduler.max_concurrent", "scheduler.max_context_length" ->
          providers.limit(key, name.substring("scheduler.".length()), value);
      default -> elsewhere(key);
    }
  }

  private void elsewhere(String key) {
    if (key.startsWith("provider.marketplace")) {
      report.note(key + ": not carried over; the marketplace is configured anew, with consent");
    } else if (key.equals("time_rules_enabled") || key.equals("time_rules_config")) {
      report.note(key + ": the rules of its file are time windows now");
    } else if (key.startsWith("observability.") || key.startsWith("protection.") || key.startsWith("capacity_guard.") || key.equals("scheduler_stats_interval_sec")
        || key.equals("scheduler.degradation_mode") || key.startsWith("scheduler.estimated_") || key.startsWith("providers.")) {
      report.note(key + ": not carried over; there is no such setting in this version");
    } else {
      report.refuse(key + ": unknown (expected: a setting of the older gateway)");
    }
  }

  private void type(String key, String value) {
    switch (value) {
      case "priority" -> {}
      case "bucket" -> {
        scheduler.put("type", "bucket");
        report.note(key + ": bucket; guarantees are in tokens a second and add up to what the providers have");
      }
      default -> report.note(key + ": " + Report.shown(value) + "; not carried over, priority is written");
    }
  }

  private void depth(long depth) {
    scheduler.put("max_queue_depth", Long.toString(depth));
    if (depth > 5000) {
      scheduler.put("max_queue_depth_total", Long.toString(depth));
    }
    if (depth < 500) {
      scheduler.put("max_queue_depth_per_flow", Long.toString(depth));
    }
  }

  private void policy(String key, String value) {
    switch (value) {
      case "strict", "hybrid" -> scheduler.put("policy", value);
      case "wfq" -> scheduler.put("policy", "weighted");
      default -> report.refuse(key + ": " + Report.shown(value) + " (expected: strict, wfq or hybrid)");
    }
    if (!value.equals("strict")) {
      report.note(key + ": shares go by tokens and hold here; the old gateway's amounted to strict priority");
    }
  }

  private void weights(String key, String value) {
    if (value.matches("[1-9][0-9]{0,5}(\\s*,\\s*[1-9][0-9]{0,5})*")) {
      scheduler.put("weights", "[" + value + "]");
    } else {
      report.refuse(key + ": not a list of whole numbers of at least 1");
    }
  }

  private void defaultPriority(int levels) {
    String given = scheduler.get("default_priority");
    if (given == null) {
      int level = Math.min(5, levels - 1);
      scheduler.put("default_priority", Integer.toString(level));
      report.note("default_priority: not given; " + level + " is written, where the old gateway put requests without a header");
    } else if (Integer.parseInt(given) >= levels) {
      report.refuse("default_priority: " + given + " (expected: below priority_levels, which is " + levels + ")");
    } else if (!given.equals("5")) {
      report.note("default_priority: " + given + " counts now; the old gateway ignored it and used 5");
    }
    String weights = scheduler.get("weights");
    if (weights != null && weights.split(",", -1).length != levels) {
      report.refuse("weights: " + weights + " (expected: " + levels + " of them, one for each level)");
    }
  }

  private List<String> scheduler() {
    List<String> lines = new ArrayList<>(List.of("scheduler:"));
    scheduler.forEach((name, value) -> lines.add("  " + name + ": " + value));
    if (!buckets.atLeast.isEmpty()) {
      lines.add("  atleast:");
      buckets.atLeast.forEach((name, value) -> lines.add("    " + name + ": " + value));
    }
    if (!buckets.scheduler.isEmpty()) {
      lines.add("");
      lines.add("bucket_scheduler:");
      buckets.scheduler.forEach((name, value) -> lines.add("  " + name + ": " + value));
    }
    return lines;
  }
}
