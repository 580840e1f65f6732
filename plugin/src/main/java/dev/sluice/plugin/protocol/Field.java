// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.protocol;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A name with a value: a header, a query argument, or one filter of a route with its configuration. Immutable.
 *
 * @param value absent (null) asks the gateway to delete what the name stands for; values read from the wire are never null
 */
public record Field(String name, @Nullable String value) {
  /** Refuses a null name. */
  public Field {
    Objects.requireNonNull(name, "name");
  }

  /** The value, the empty string when absent. */
  public String text() {
    return value == null ? "" : value;
  }

  /** The name alone: values carry secrets. */
  @Override
  public String toString() {
    return name;
  }
}
