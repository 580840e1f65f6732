// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.config;

/**
 * Where a value was written: a file and line, an environment variable, or nowhere because it is a default. Immutable.
 *
 * @param source file name, variable name, or {@code default}
 * @param line first line is 1; 0 when the source has no lines
 */
public record Place(String source, int line) {
  /** The place of values nobody wrote. */
  public static final Place DEFAULT = new Place("default", 0);

  /** The place of a value taken from the environment variable {@code name}. */
  public static Place variable(String name) {
    return new Place(name, 0);
  }

  @Override
  public String toString() {
    return line > 0 ? source + ":" + line : source;
  }
}
