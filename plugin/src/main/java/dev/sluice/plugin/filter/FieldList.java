// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.filter;

import dev.sluice.plugin.protocol.Field;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Entries in the making. Not thread-safe; confined to its owner's lock. */
final class FieldList {
  private List<Field> fields = List.of();

  void set(@Nullable String name, @Nullable String value, boolean ignoreCase) {
    if (name == null) {
      return; // the SDK ignores a setter without a name
    }
    fields = new ArrayList<>(fields);
    fields.removeIf(field -> ignoreCase ? field.name().equalsIgnoreCase(name) : field.name().equals(name));
    fields.add(new Field(name, value));
  }

  void add(String name, String value) {
    if (fields.isEmpty()) {
      fields = new ArrayList<>();
    }
    fields.add(new Field(name, value));
  }

  void clear() {
    fields = List.of();
  }

  boolean isEmpty() {
    return fields.isEmpty();
  }

  /** A copy of all entries. */
  List<Field> all() {
    return List.copyOf(fields);
  }

  /** A copy of those with a value. */
  List<Field> present() {
    return fields.stream().filter(field -> field.value() != null).toList();
  }
}
