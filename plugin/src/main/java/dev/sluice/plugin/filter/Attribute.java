// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.filter;

/** A typed name under which one filter leaves a value on a request for a later one. Immutable; compared by identity. */
public final class Attribute<T> {
  private final String name;
  private final Class<T> type;

  private Attribute(String name, Class<T> type) {
    this.name = name;
    this.type = type;
  }

  /** A new attribute, different from every other one of the same name. */
  public static <T> Attribute<T> of(String name, Class<T> type) {
    return new Attribute<>(name, type);
  }

  T cast(Object value) {
    return type.cast(value);
  }

  @Override
  public String toString() {
    return name;
  }
}
