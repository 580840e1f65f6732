// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.command.migrate;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The INI file of an installation of the older gateway. Immutable.
 *
 * @param entries in the order of the file, without the comments that stood behind values
 * @param commented keys whose value had such a comment, which the older gateway took for a part of the value
 * @param faults what cannot be read
 */
public record OldSettings(List<Entry> entries, List<String> commented, List<String> faults) {
  /**
   * One setting.
   *
   * @param section as in brackets; empty before any, and for the first version's names, which say what they belong to
   */
  public record Entry(String section, String name, String value) {
    /** Both as one name. */
    String key() {
      return section.isEmpty() ? name : section + "." + name;
    }

    /** Whether this belongs to rules of the time of day, which have a file of their own in the first version. */
    boolean timed() {
      return section.equals("time_rules") || section.startsWith("rule.");
    }
  }

  public OldSettings {
    entries = List.copyOf(entries);
    commented = List.copyOf(commented);
    faults = List.copyOf(faults);
  }

  /** Reads a file's text. */
  public static OldSettings read(String text) {
    var entries = new LinkedHashMap<String, Entry>();
    var commented = new ArrayList<String>();
    var faults = new ArrayList<String>();
    String section = "";
    int number = 0;
    for (String raw : text.lines().toList()) {
      number++;
      String line = raw.strip().replace("\uFEFF", "");
      if (line.isEmpty() || line.startsWith("#") || line.startsWith(";")) {
        continue;
      }
      if (line.startsWith("[")) {
        int end = line.indexOf(']');
        if (end < 0) {
          faults.add("line " + number + ": a section without ]");
        } else {
          section = line.substring(1, end).strip();
        }
        continue;
      }
      int equals = line.indexOf('=');
      if (equals < 1) {
        faults.add("line " + number + ": no name=value");
        continue;
      }
      String name = line.substring(0, equals).strip();
      String value = line.substring(equals + 1).strip();
      String bare = value.replaceFirst("\\s+[#;].*$", "").strip();
      var entry = new Entry(flat(name) ? "" : section, name, bare.replaceFirst("^\"(.*)\"$", "$1"));
      if (!bare.equals(value)) {
        commented.add(entry.key());
      }
      if (entries.put(entry.key(), entry) != null) {
        faults.add("line " + number + ": " + name + " is given twice");
      }
    }
    return new OldSettings(List.copyOf(entries.values()), commented, faults);
  }

  /** These settings and those of another file; where both say something, these count. */
  public OldSettings and(OldSettings more) {
    Map<String, Entry> all = new LinkedHashMap<>();
    entries.forEach(entry -> all.put(entry.key(), entry));
    more.entries.forEach(entry -> all.putIfAbsent(entry.key(), entry));
    var bothCommented = new ArrayList<>(commented);
    bothCommented.addAll(more.commented);
    var bothFaults = new ArrayList<>(faults);
    bothFaults.addAll(more.faults);
    return new OldSettings(List.copyOf(all.values()), bothCommented, bothFaults);
  }

  /** A setting's value; empty text if there is none. */
  public String value(String key) {
    return entries.stream().filter(entry -> entry.key().equals(key)).map(Entry::value).findFirst().orElse("");
  }

  /** The first version's reader paid no heed to sections; its names say what they belong to. */
  static boolean flat(String name) {
    return name.matches("(scheduler|api_key_priority|account_quota|time_rules)_[a-z_]+");
  }
}
