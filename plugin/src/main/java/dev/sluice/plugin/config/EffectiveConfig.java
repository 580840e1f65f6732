// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.config;

import dev.sluice.routing.config.Key;
import dev.sluice.routing.config.Section;
import dev.sluice.routing.config.SectionReader;
import dev.sluice.routing.config.Values;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Renders values back into YAML, and compares them. Immutable. */
final class EffectiveConfig {
  private final StringBuilder out = new StringBuilder();

  private EffectiveConfig() {}

  /** Every key in force as YAML, masked keys hidden, with the origin of each value as a comment. */
  static String render(Values root) {
    var effective = new EffectiveConfig();
    effective.sections(SluiceDocument.ROOT, root, "");
    return effective.out.toString();
  }

  private void section(Section section, Values values, String indent) {
    for (Key<?> key : section.keys()) {
      if (values.find(key).isPresent()) {
        String shown = key.sensitive() && values.written(key) ? "'***'" : values.shown(key);
        out.append(indent).append(key.name()).append(": ").append(shown);
        out.append("  # ").append(values.place(key)).append('\n');
      }
    }
    sections(section, values, indent);
  }

  private void sections(Section section, Values values, String indent) {
    for (Section inner : section.sections()) {
      var before = out.length();
      out.append(indent).append(inner.name()).append(":\n");
      var body = out.length();
      switch (inner.shape()) {
        case SINGLE -> section(inner, values.section(inner), indent + "  ");
        case NAMED ->
            values
                .named(inner)
                .forEach(
                    (name, named) -> {
                      out.append(indent).append("  ").append(name).append(":\n");
                      section(inner, named, indent + "    ");
                    });
        case LIST -> items(inner, values, indent + "  ");
      }
      if (out.length() == body) {
        out.setLength(before);
      }
    }
  }

  private void items(Section section, Values values, String indent) {
    for (Values item : values.items(section)) {
      int start = out.length();
      section(section, item, indent + "  ");
      if (out.length() > start) {
        out.setCharAt(start + indent.length(), '-');
      }
    }
  }

  /** The variables that override keys. */
  static List<String> variables() {
    var names = new ArrayList<String>();
    for (Section section : SluiceDocument.ROOT.sections()) {
      if (section.shape() == Section.Shape.SINGLE) {
        section.keys().forEach(key -> names.add(SectionReader.variable(SluiceDocument.PREFIX, section.name(), key)));
      }
    }
    return names;
  }

  /** Every key's value as text, by path; masked ones in clear, so for comparing only. */
  static Map<String, Setting> flatten(Values root) {
    Map<String, Setting> settings = new LinkedHashMap<>();
    flatten(SluiceDocument.ROOT, root, settings);
    return settings;
  }

  private static void flatten(Section section, Values values, Map<String, Setting> into) {
    for (Key<?> key : section.keys()) {
      if (values.find(key).isPresent()) {
        into.put(values.path(key), new Setting(values.shown(key), section.live() && !key.startOnly()));
      }
    }
    for (Section inner : section.sections()) {
      switch (inner.shape()) {
        case SINGLE -> flatten(inner, values.section(inner), into);
        case NAMED -> values.named(inner).values().forEach(named -> flatten(inner, named, into));
        case LIST -> values.items(inner).forEach(item -> flatten(inner, item, into));
      }
    }
  }

  /**
   * A key's value as text.
   *
   * @param live true if a running process takes over a change
   */
  record Setting(String text, boolean live) {
    @Override
    public String toString() {
      return "***";
    }
  }
}
