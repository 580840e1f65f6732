// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.command.migrate;

import dev.sluice.plugin.command.migrate.OldSettings.Entry;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What the local provider can take. Not thread-safe; one conversion each. */
final class Providers {
  private static final int RPS_TO_TOKENS = 100;
  private static final long MOST_TOKENS = 1_000_000_000_000L;
  private static final Map<String, Long> MOST =
      Map.of("max_tokens_per_sec", MOST_TOKENS, "max_rps", 1_000_000L, "max_concurrent", 1_000_000L, "max_context_length", 1_000_000_000L);

  private final Report report;
  private final Map<String, String> all = new LinkedHashMap<>();
  private final Map<String, Map<String, String>> models = new LinkedHashMap<>();

  Providers(Report report) {
    this.report = report;
  }

  static boolean concerns(Entry entry) {
    return entry.section().equals("provider.local") || entry.section().startsWith("provider.local.");
  }

  /** One of {@code [provider.local]}, or of a section of it that is named like a model. */
  void setting(Entry entry) {
    if (!entry.section().equals("provider.local")) {
      String model = entry.section().substring("provider.local.".length());
      limit(entry.key(), entry.name(), entry.value(), models.computeIfAbsent(model, name -> new LinkedHashMap<>()));
      return;
    }
    switch (entry.name()) {
      case "models" -> {
        if (entry.value().matches("[!-)+-~]+(\\s*,\\s*[!-)+-~]+)*")) {
          List.of(entry.value().split("\\s*,\\s*")).forEach(model -> models.computeIfAbsent(model, name -> new LinkedHashMap<>()));
        } else {
          report.refuse(entry.key() + ": not a list of model names");
        }
      }
      case "endpoint" -> report.note(entry.key() + ": not carried over; the address is that of the APISIX upstream named local");
      default -> limit(entry.key(), entry.name(), entry.value(), all);
    }
  }

  /** A limit of every model. */
  void limit(String key, String name, String value) {
    limit(key, name, value, all);
  }

  private void limit(String key, String name, String value, Map<String, String> limits) {
    Long most = MOST.get(name);
    if (most == null) {
      report.refuse(key + ": unknown (expected: a setting of the older gateway)");
    } else if (value.equals("0")) {
      limits.put(name, Long.toString(most));
      report.note(key + ": 0 meant no limit; " + most + " is written");
    } else {
      report.number(key, value, 1, most).ifPresent(number -> limits.put(name, Long.toString(number)));
    }
  }

  List<String> lines() {
    guess("", all);
    models.forEach((model, limits) -> guess(model + ": ", limits));
    report.note("max_rps, max_concurrent, max_tokens_per_sec: for each model of the provider here, for the whole gateway before");
    List<String> lines = new ArrayList<>(List.of("provider:", "  local:", "    local: # name of the APISIX upstream"));
    if (models.isEmpty()) {
      lines.add("      models: ['*']");
    } else {
      lines.add("      models:");
      models.forEach(
          (model, limits) -> {
            lines.add("        - model: '" + model.replace("'", "''") + "'");
            limits.forEach((name, value) -> lines.add("          " + name + ": " + value));
          });
    }
    all.forEach((name, value) -> lines.add("      " + name + ": " + value));
    return lines;
  }

  private void guess(String whose, Map<String, String> limits) {
    String rps = limits.get("max_rps");
    if (rps != null && !limits.containsKey("max_tokens_per_sec") && (whose.isEmpty() || !all.containsKey("max_tokens_per_sec"))) {
      limits.put("max_tokens_per_sec", Long.toString(Math.min(Long.parseLong(rps) * RPS_TO_TOKENS, MOST_TOKENS)));
      report.note(whose + "max_tokens_per_sec: not given; " + RPS_TO_TOKENS + " a request is a guess. It is the primary limit here: measure it, then correct it");
    }
  }
}
