// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.protocol;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * An ordered multimap from names to values: a name may occur several times, and keeps the order it arrived in. Immutable.
 *
 * <p>Header lookups ignore case; query arguments, which share the shape, are looked up by exact name.
 */
public final class Headers {
  private static final Headers NONE = new Headers(List.of(), false);

  private final List<Field> fields;
  private final boolean exactNames;

  private Headers(List<Field> fields, boolean exactNames) {
    this.fields = List.copyOf(fields);
    this.exactNames = exactNames;
  }

  /** No entries. */
  public static Headers none() {
    return NONE;
  }

  /** Headers, looked up without regard to case. */
  public static Headers of(List<Field> fields) {
    return fields.isEmpty() ? NONE : new Headers(fields, false);
  }

  /** Query arguments, looked up by exact name. */
  public static Headers arguments(List<Field> fields) {
    return new Headers(fields, true);
  }

  /** The first value of a name, which is the one APISIX itself goes by. */
  public Optional<String> first(String name) {
    for (int i = 0; i < fields.size(); i++) {
      Field field = fields.get(i);
      if (matches(field.name(), name)) {
        return Optional.of(field.text());
      }
    }
    return Optional.empty();
  }

  /** All values of a name in order; empty if there is none. */
  public List<String> all(String name) {
    List<String> found = new ArrayList<>(1);
    for (Field field : fields) {
      if (matches(field.name(), name)) {
        found.add(field.text());
      }
    }
    return found;
  }

  /** Whether the name occurs. */
  public boolean contains(String name) {
    return first(name).isPresent();
  }

  /** Every entry in order, repeated names included; unmodifiable. */
  public List<Field> fields() {
    return fields;
  }

  /** The number of entries, repeated names counted each time. */
  public int size() {
    return fields.size();
  }

  private boolean matches(String present, String wanted) {
    return exactNames ? present.equals(wanted) : present.equalsIgnoreCase(wanted);
  }

  /** The names alone: values carry secrets. */
  @Override
  public String toString() {
    return fields.toString();
  }
}
