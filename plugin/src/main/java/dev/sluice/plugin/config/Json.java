// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Writes maps, lists, text, numbers and flags as indented JSON. Not thread-safe; confined to one call. */
final class Json {
  private final StringBuilder out = new StringBuilder();

  private Json() {}

  /** The value as JSON; the members of maps that have no order of their own are sorted, so that the text is reproducible. */
  static String write(Object value) {
    var json = new Json();
    json.value(value, "");
    return json.out.append('\n').toString();
  }

  private void value(Object value, String indent) {
    switch (value) {
      case Map<?, ?> map -> members(map, indent);
      case List<?> list -> items(list, indent);
      case String text -> text(text);
      default -> out.append(value);
    }
  }

  private void members(Map<?, ?> map, String indent) {
    Map<?, ?> ordered = map instanceof LinkedHashMap<?, ?> ? map : new TreeMap<>(map);
    String inner = indent + "  ";
    String before = "{\n";
    for (Map.Entry<?, ?> member : ordered.entrySet()) {
      out.append(before).append(inner);
      text(String.valueOf(member.getKey()));
      out.append(": ");
      value(member.getValue(), inner);
      before = ",\n";
    }
    out.append(ordered.isEmpty() ? "{}" : "\n" + indent + "}");
  }

  private void items(List<?> list, String indent) {
    String before = "[";
    for (Object item : list) {
      out.append(before);
      value(item, indent);
      before = ", ";
    }
    out.append(list.isEmpty() ? "[]" : "]");
  }

  private void text(String text) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        out.append('\\').append(c);
      } else if (c < ' ') {
        out.append("\\u%04x".formatted((int) c));
      } else {
        out.append(c);
      }
    }
    out.append('"');
  }
}
