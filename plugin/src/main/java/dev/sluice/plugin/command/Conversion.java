// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.command;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Turns the settings of the older gateway into ours, and says what changes its meaning. Not thread-safe; one conversion each.
 *
 * <p>What this version does not have is named and left out; a setting that nobody knows, or a file of two versions at once, is
 * refused, because a guess would change who waits for whom.
 */
final class Conversion {
  private static final int RPS_TO_TOKENS = 100;
  private static final int MAX_TIMEOUT_SECONDS = 50;

  private final OldSettings old;
  private final boolean first;
  private final List<String> notes = new ArrayList<>();
  private final List<String> refusals;
  private final Map<String, String> scheduler = new LinkedHashMap<>();
  private final Map<String, String> provider = new LinkedHashMap<>();

  private Conversion(OldSettings old) {
    this.old = old;
    this.refusals = new ArrayList<>(old.faults());
    this.first = old.values().keySet().stream().anyMatch(OldSettings::flat);
  }

  /**
   * What a conversion came to.
   *
   * @param yaml our configuration; of no use with refusals
   * @param notes changed meanings, guesses, and what is not carried over
   * @param refusals why there is no conversion
   */
  record Result(String yaml, List<String> notes, List<String> refusals) {}

  static Result of(OldSettings old) {
    var conversion = new Conversion(old);
    conversion.convert();
    return new Result(conversion.yaml(), List.copyOf(conversion.notes), List.copyOf(conversion.refusals));
  }

  private void convert() {
    if (old.values().isEmpty()) {
      refusals.add("no setting found (expected: an INI file of the older gateway)");
    }
    if (first && old.values().keySet().stream().anyMatch(key -> !OldSettings.flat(key) && key.contains("."))) {
      refusals.add("settings of two versions in one file: scheduler_... of the first and sections of the second; split it");
    }
    old.commented().forEach(key -> notes.add(key + ": has a comment behind its value; the old gateway took its default instead, the value itself is taken now"));
    old.values().forEach(this::setting);
    String levels = scheduler.get("priority_levels");
    if (levels == null) {
      scheduler.put("priority_levels", "10");
      notes.add("priority_levels: not given; 10 is written, the old default (ours is 5)");
    }
    defaultPriority();
    capacity();
    notes.add("marketplace: off here unless consent is recorded; the old documents had it on by default");
    notes.add("fail mode: this file sets none; where stores are configured, the default admits with strict limits when all of them are down (fail_open)");
  }

  private void setting(String key, String value) {
    String name = first ? key.replaceFirst("^scheduler_", "scheduler.") : key;
    switch (name) {
      case "scheduler.enabled" -> {
        if (!value.equals("true")) {
          notes.add(key + ": " + value + "; here scheduling is on for every route that has the filter");
        }
      }
      case "scheduler.type" -> {
        if (!value.equals("priority")) {
          notes.add(key + ": " + value + "; not carried over, priority is written");
        }
      }
      case "scheduler.priority_levels" -> number(key, value, 2, 20).ifPresent(levels -> scheduler.put("priority_levels", Long.toString(levels)));
      case "scheduler.default_priority" -> number(key, value, 0, 19).ifPresent(level -> scheduler.put("default_priority", Long.toString(level)));
      case "scheduler.policy" -> policy(key, value);
      case "scheduler.max_queue_depth" ->
          number(key, value, 0, 1_000_000)
              .ifPresent(
                  depth -> {
                    scheduler.put("max_queue_depth", Long.toString(depth));
                    if (depth > 5000) {
                      scheduler.put("max_queue_depth_total", Long.toString(depth));
                    }
                    if (depth < 500) {
                      scheduler.put("max_queue_depth_per_flow", Long.toString(depth));
                    }
                  });
      case "scheduler.queue_timeout_sec" ->
          number(key, value, 0, 86_400)
              .ifPresent(
                  seconds -> {
                    scheduler.put("queue_timeout", Math.min(seconds, MAX_TIMEOUT_SECONDS) + "s");
                    if (seconds > MAX_TIMEOUT_SECONDS) {
                      notes.add(key + ": " + seconds + "; 50s is written, because the gateway hangs up after 60");
                    }
                  });
      case "scheduler.weights", "scheduler.priority_weights" -> weights(key, value);
      case "scheduler.max_tokens_per_sec", "provider.local.max_tokens_per_sec" -> capacity(key, value, "max_tokens_per_sec", 1_000_000_000_000L);
      case "scheduler.max_rps", "provider.local.max_rps" -> capacity(key, value, "max_rps", 1_000_000);
      case "scheduler.max_concurrent", "provider.local.max_concurrent" -> capacity(key, value, "max_concurrent", 1_000_000);
      case "scheduler.max_context_length", "provider.local.max_context_length" -> capacity(key, value, "max_context_length", 1_000_000_000);
      case "provider.local.models" -> {
        if (value.matches("[!-)+-~]+(\\s*,\\s*[!-)+-~]+)*")) {
          provider.put("models", "['" + String.join("', '", value.replace("'", "''").split("\\s*,\\s*")) + "']");
        } else {
          refusals.add(key + ": not a list of model names");
        }
      }
      case "provider.local.endpoint" -> notes.add(key + ": not carried over; the address is that of the APISIX upstream named local");
      default -> elsewhere(key);
    }
  }

  private void elsewhere(String key) {
    if (key.startsWith("bucket_scheduler.") || key.startsWith("scheduler.atleast.") || key.endsWith("bucket_count")) {
      notes.add(key + ": not carried over; buckets are configured anew, 10 instead of 100, their guarantees in tokens a second adding up to the pool");
    } else if (key.startsWith("provider.marketplace")) {
      notes.add(key + ": not carried over; the marketplace is configured anew, with consent");
    } else if (key.startsWith("api_key_priority_") || key.startsWith("header_routing.") || key.startsWith("token_routing.")) {
      notes.add(key + ": not carried over; keys, rules and stores are configured anew (docs/administration.md)");
    } else if (key.startsWith("account_quota_") || key.startsWith("quotas.")) {
      notes.add(key + ": not carried over; quotas are rows of the database now (docs/administration.md)");
    } else if (key.startsWith("time_rules") || key.startsWith("rule.")) {
      notes.add(key + ": not carried over; make a time window of it. It will end when its time does, which the old gateway's did not");
    } else if (key.startsWith("observability.") || key.startsWith("protection.") || key.startsWith("capacity_guard.") || key.equals("scheduler_stats_interval_sec")
        || key.equals("scheduler.degradation_mode") || key.startsWith("scheduler.estimated_") || key.startsWith("providers.")) {
      notes.add(key + ": not carried over; there is no such setting in this version");
    } else {
      refusals.add(key + ": unknown (expected: a setting of the older gateway)");
    }
  }

  private Optional<Long> number(String key, String value, long min, long max) {
    if (value.matches("[0-9]{1,15}")) {
      long number = Long.parseLong(value);
      if (number >= min && number <= max) {
        return Optional.of(number);
      }
    }
    refusals.add(key + ": " + Arguments.shown(value) + " (expected: a whole number from " + min + " to " + max + ")");
    return Optional.empty();
  }

  private void policy(String key, String value) {
    switch (value) {
      case "strict", "hybrid" -> scheduler.put("policy", value);
      case "wfq" -> scheduler.put("policy", "weighted");
      default -> refusals.add(key + ": " + Arguments.shown(value) + " (expected: strict, wfq or hybrid)");
    }
    if (!value.equals("strict")) {
      notes.add(key + ": shares go by tokens and hold here; the old gateway's amounted to strict priority");
    }
  }

  private void weights(String key, String value) {
    if (value.matches("[1-9][0-9]{0,5}(\\s*,\\s*[1-9][0-9]{0,5})*")) {
      scheduler.put("weights", "[" + value + "]");
    } else {
      refusals.add(key + ": not a list of whole numbers of at least 1");
    }
  }

  private void capacity(String key, String value, String name, long max) {
    if (value.equals("0")) {
      provider.put(name, Long.toString(max));
      notes.add(key + ": 0 meant no limit; " + max + " is written");
    } else {
      number(key, value, 1, max).ifPresent(number -> provider.put(name, Long.toString(number)));
    }
  }

  private void defaultPriority() {
    int levels = Integer.parseInt(scheduler.getOrDefault("priority_levels", "10"));
    String given = scheduler.get("default_priority");
    if (given == null) {
      int level = Math.min(5, levels - 1);
      scheduler.put("default_priority", Integer.toString(level));
      notes.add("default_priority: not given; " + level + " is written, where the old gateway put requests without a header");
    } else if (Integer.parseInt(given) >= levels) {
      refusals.add("default_priority: " + given + " (expected: below priority_levels, which is " + levels + ")");
    } else if (!given.equals("5")) {
      notes.add("default_priority: " + given + " counts now; the old gateway ignored it and used 5");
    }
    String weights = scheduler.get("weights");
    if (weights != null && weights.split(",", -1).length != levels) {
      refusals.add("weights: " + weights + " (expected: " + levels + " of them, one for each level)");
    }
  }

  private void capacity() {
    String rps = provider.get("max_rps");
    if (rps != null && !provider.containsKey("max_tokens_per_sec")) {
      provider.put("max_tokens_per_sec", Long.toString(Math.min(Long.parseLong(rps) * RPS_TO_TOKENS, 1_000_000_000_000L)));
      notes.add("max_tokens_per_sec: not given; " + RPS_TO_TOKENS + " a request is a guess. It is the primary limit here: measure it, then correct it");
    }
    notes.add("max_rps, max_concurrent, max_tokens_per_sec: for each model of the provider here, for the whole gateway before");
  }

  private String yaml() {
    var yaml = new StringBuilder("# Converted from a configuration of the older gateway; `sluice check` prints what is in force.\nscheduler:\n");
    scheduler.forEach((name, value) -> yaml.append("  ").append(name).append(": ").append(value).append('\n'));
    yaml.append("\nprovider:\n  local:\n    local: # name of the APISIX upstream\n");
    provider.putIfAbsent("models", "['*']");
    provider.forEach((name, value) -> yaml.append("      ").append(name).append(": ").append(value).append('\n'));
    return yaml.append("\nevents:\n  secret_env: SLUICE_EVENTS_SECRET\n").toString();
  }
}
