// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.command.migrate;

import dev.sluice.plugin.command.migrate.OldSettings.Entry;
import java.util.LinkedHashMap;
import java.util.Map;

/** The bucket scheduler's settings. Not thread-safe; one conversion each. */
final class Buckets {
  private final Report report;
  final Map<String, String> scheduler = new LinkedHashMap<>();
  final Map<String, String> atLeast = new LinkedHashMap<>();

  Buckets(Report report) {
    this.report = report;
  }

  static boolean concerns(Entry entry) {
    return entry.section().equals("bucket_scheduler") || entry.section().equals("scheduler.atleast");
  }

  void setting(Entry entry) {
    String key = entry.key();
    String value = entry.value();
    switch (key) {
      case "bucket_scheduler.enabled" -> report.note(key + ": not carried over; scheduler.type decides");
      case "bucket_scheduler.bucket_count" ->
          report.number(key, value, 2, 100).ifPresent(count -> {
            scheduler.put("bucket_count", Long.toString(count == 100 ? 10 : count));
            if (count == 100) {
              report.note(key + ": 100 was the old default, which nobody can reason about; 10 is written");
            }
          });
      case "bucket_scheduler.distribution_model" -> {
        if (value.equals("exponential") || value.equals("linear")) {
          scheduler.put("distribution_model", value);
        } else {
          report.note(key + ": " + Report.shown(value) + "; not carried over, exponential holds");
        }
      }
      case "bucket_scheduler.decay_ratio" -> {
        if (value.matches("0?\\.[0-9]{1,6}") && value.matches(".*[1-9].*")) {
          scheduler.put("decay_ratio", value.startsWith(".") ? "0" + value : value);
        } else {
          report.refuse(key + ": " + Report.shown(value) + " (expected: a number between 0 and 1)");
        }
      }
      case "bucket_scheduler.base_capacity_rps" ->
          report.note(key + ": not carried over; guarantees are in tokens a second and add up to what the providers have");
      case "scheduler.atleast.max_upgrade_distance" -> report.number(key, value, 0, 99).ifPresent(distance -> atLeast.put("max_upgrade_distance", Long.toString(distance)));
      default -> {
        if (key.matches("scheduler\\.atleast\\.upgrade_quota_(bucket_[0-9]|default)")) {
          report.number(key, value, 0, 1_000_000).ifPresent(quota -> atLeast.put(entry.name(), Long.toString(quota)));
        } else {
          report.refuse(key + ": unknown (expected: a setting of the older gateway)");
        }
      }
    }
  }
}
