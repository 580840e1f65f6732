// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.command.migrate;

import dev.sluice.routing.config.Kinds;
import dev.sluice.routing.config.Secret;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What is to be said of a conversion: changed meanings, and why there is none. Not thread-safe. */
final class Report {
  private final List<String> notes = new ArrayList<>();
  private final List<String> refusals = new ArrayList<>();

  void note(String line) {
    if (!notes.contains(line)) {
      notes.add(line);
    }
  }

  void refuse(String line) {
    refusals.add(line);
  }

  List<String> notes() {
    return List.copyOf(notes);
  }

  List<String> refusals() {
    return List.copyOf(refusals);
  }

  /** A whole number within bounds; anything else is refused. */
  Optional<Long> number(String key, String value, long min, long max) {
    if (value.matches("[0-9]{1,15}")) {
      long number = Long.parseLong(value);
      if (number >= min && number <= max) {
        return Optional.of(number);
      }
    }
    refuse(key + ": " + shown(value) + " (expected: a whole number from " + min + " to " + max + ")");
    return Optional.empty();
  }

  /** A value as it may be printed. */
  static String shown(String value) {
    return Secret.resembles(value) ? "***" : value;
  }

  /** A value as YAML has it. */
  static String yaml(String value) {
    return Kinds.line(256).show(value.length() > 256 ? value.substring(0, 256) : value);
  }

  /** A name that a row or a quota may have, made of another. */
  static String name(String text) {
    String name = text.replaceAll("[^A-Za-z0-9._-]+", "-").replaceAll("^[^A-Za-z0-9]+", "");
    return name.isEmpty() ? "unnamed" : name.substring(0, Math.min(60, name.length()));
  }
}
