// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.command;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The INI file of an installation of the older gateway, keys by {@code section.name}, those before any section by their name.
 * Immutable.
 *
 * @param values without the comments that stood behind them
 * @param commented keys whose value had such a comment, which the older gateway took for a part of the value
 * @param faults what cannot be read
 */
record OldSettings(Map<String, String> values, List<String> commented, List<String> faults) {
  OldSettings {
    commented = List.copyOf(commented);
    faults = List.copyOf(faults);
  }

  static OldSettings read(String text) {
    var values = new LinkedHashMap<String, String>();
    var commented = new ArrayList<String>();
    var faults = new ArrayList<String>();
    String section = "";
    int number = 0;
    for (String raw : text.lines().toList()) {
      number++;
      String line = raw.strip();
      if (line.isEmpty() || line.startsWith("#") || line.startsWith(";")) {
        continue;
      }
      if (line.startsWith("[")) {
        int end = line.indexOf(']');
        if (end < 0) {
          faults.add("line " + number + ": a section without ]");
          continue;
        }
        section = line.substring(1, end).strip();
        continue;
      }
      int equals = line.indexOf('=');
      if (equals < 1) {
        faults.add("line " + number + ": no name=value");
        continue;
      }
      String name = line.substring(0, equals).strip();
      String key = section.isEmpty() || flat(name) ? name : section + "." + name;
      String value = line.substring(equals + 1).strip();
      String bare = value.replaceFirst("\\s+[#;].*$", "").strip();
      if (!bare.equals(value)) {
        commented.add(key);
      }
      if (values.put(key, bare.replaceFirst("^\"(.*)\"$", "$1")) != null) {
        faults.add("line " + number + ": " + name + " is given twice");
      }
    }
    return new OldSettings(values, commented, faults);
  }

  /** The first version's reader paid no heed to sections; its names say what they belong to. */
  static boolean flat(String name) {
    return name.matches("(scheduler|api_key_priority|account_quota|time_rules)_[a-z_]+");
  }
}
