// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.key;

import dev.sluice.routing.KeyFingerprint;
import java.util.ArrayList;
import java.util.List;

/**
 * The lines of a key file, and what can be done with an entry's. Not thread-safe.
 *
 * <p>An entry is found by its hash, which is unique in the file. The lines are understood as people usually lay YAML out: an entry begins with a
 * dash two columns before its members, and each member has lines of its own. What is laid out otherwise comes out wrong; whoever edits reads
 * the result back.
 */
final class KeyFileText {
  private final List<String> lines;

  KeyFileText(String text) {
    lines = new ArrayList<>(text.lines().toList());
  }

  @Override
  public String toString() {
    return String.join("\n", lines) + "\n";
  }

  /** Where an entry is: its lines from {@code first} to before {@code end}, and the column of its members. */
  private record Entry(int first, int end, int column) {}

  /** Says {@code name: value} in an entry, in place of whatever it said of {@code name}. */
  void set(KeyFingerprint key, String name, String value) {
    Entry entry = entry(key);
    int at = member(entry, name);
    if (at < 0) {
      lines.add(hash(key) + 1, " ".repeat(entry.column) + name + ": " + value);
      return;
    }
    String begin = lines.get(at).substring(0, entry.column);
    lines.subList(at + 1, after(entry, at)).clear();
    lines.set(at, begin + name + ": " + value);
  }

  /** Says nothing of {@code name} in an entry. */
  void remove(KeyFingerprint key, String name) {
    Entry entry = entry(key);
    int at = member(entry, name);
    if (at < 0) {
      return;
    }
    String begin = lines.get(at).substring(0, entry.column);
    lines.subList(at, after(entry, at)).clear();
    if (!begin.isBlank() && at < lines.size() && lines.get(at).length() >= entry.column) {
      lines.set(at, begin + lines.get(at).substring(entry.column));
    }
  }

  /** Repeats an entry at the end of the file, with the hash of another key. */
  void copy(KeyFingerprint key, KeyFingerprint other) {
    Entry entry = entry(key);
    List<String> copied = new ArrayList<>(lines.subList(entry.first, entry.end));
    while (idle(copied.getLast())) {
      copied.removeLast();
    }
    copied.replaceAll(line -> line.replace(key.text(), other.text()));
    while (!lines.isEmpty() && lines.getLast().isBlank()) {
      lines.removeLast();
    }
    lines.addAll(copied);
  }

  private int hash(KeyFingerprint key) {
    for (int i = 0; i < lines.size(); i++) {
      if (lines.get(i).contains(key.text())) {
        return i;
      }
    }
    throw new IllegalArgumentException("key: not in the text (expected: one of its entries)");
  }

  private Entry entry(KeyFingerprint key) {
    int hash = hash(key);
    int column = Math.max(0, lines.get(hash).indexOf("hash:"));
    int first = hash;
    while (first > 0 && !begins(first, column)) {
      first--;
    }
    int end = hash + 1;
    while (end < lines.size() && !begins(end, column) && (idle(lines.get(end)) || indent(lines.get(end)) >= column)) {
      end++;
    }
    return new Entry(first, end, column);
  }

  private boolean begins(int line, int column) {
    return lines.get(line).startsWith("- ", Math.max(0, column - 2));
  }

  /** The line on which an entry says something of {@code name}; -1 if none does. */
  private int member(Entry entry, String name) {
    for (int i = entry.first; i < entry.end; i++) {
      String line = lines.get(i);
      boolean here = line.startsWith(name + ":", entry.column);
      if (here && (i == entry.first || line.substring(0, entry.column).isBlank())) {
        return i;
      }
    }
    return -1;
  }

  /** The first line after a member: what is deeper, or a dash of a list right below, belongs to it. */
  private int after(Entry entry, int member) {
    int end = member + 1;
    while (end < entry.end && !lines.get(end).isBlank() && (indent(lines.get(end)) > entry.column || lines.get(end).startsWith("- ", entry.column))) {
      end++;
    }
    return end;
  }

  private static boolean idle(String line) {
    return line.isBlank() || line.strip().startsWith("#");
  }

  private static int indent(String line) {
    return line.length() - line.stripLeading().length();
  }
}
