// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.usage;

import java.util.ArrayList;
import java.util.List;

/**
 * Cuts a JSON array into the texts of its members without judging them, so that one that isn't JSON costs no other. Follows
 * only strings and brackets. Thread-safe.
 */
final class JsonMembers {
  private JsonMembers() {}

  /** The members of the array in {@code json}, or {@code json} itself when it isn't one. */
  static List<String> of(String json) {
    String text = json.strip();
    if (!text.startsWith("[")) {
      return text.isEmpty() ? List.of() : List.of(text);
    }
    List<String> members = new ArrayList<>();
    int from = 1;
    int open = 0;
    int i = 1;
    while (i < text.length()) {
      char c = text.charAt(i);
      if (c == '"') {
        i = closingQuote(text, i + 1);
      } else if (c == '{' || c == '[') {
        open++;
      } else if (open == 0 && (c == ',' || c == ']')) {
        addMember(members, text, from, i);
        from = i + 1;
      } else if (c == '}' || c == ']') {
        open = Math.max(0, open - 1);
      }
      i++;
    }
    addMember(members, text, from, text.length());
    return members;
  }

  private static int closingQuote(String text, int from) {
    int i = from;
    while (i < text.length() && text.charAt(i) != '"') {
      i += text.charAt(i) == '\\' ? 2 : 1;
    }
    return i;
  }

  private static void addMember(List<String> members, String text, int from, int to) {
    String member = text.substring(Math.min(from, to), to).strip();
    if (!member.isEmpty()) {
      members.add(member);
    }
  }
}
