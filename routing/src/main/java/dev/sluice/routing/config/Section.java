// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.config;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The declaration of a map in the configuration: its keys and the sections inside it. Immutable.
 *
 * @param name as written in YAML; empty for a whole document
 * @param shape whether the name holds one such map, a map of them under free names, or a list of them
 * @param shorthand the key that a plain value stands for where a list item is not a map
 * @param live true if a running process takes over changes; false if they need a restart
 */
public record Section(
    String name, String doc, Shape shape, Optional<Key<?>> shorthand, boolean live, List<Key<?>> keys, List<Section> sections) {
  /** How often a section may occur. */
  public enum Shape {
    SINGLE,
    NAMED,
    LIST
  }

  public Section {
    keys = List.copyOf(keys);
    sections = List.copyOf(sections);
  }

  /** A section that occurs once. */
  public static Section single(String name, String doc, List<Key<?>> keys, List<Section> sections) {
    return new Section(name, doc, Shape.SINGLE, Optional.empty(), false, keys, sections);
  }

  /** A map of free names to maps of this form. */
  public static Section named(String name, String doc, List<Key<?>> keys, List<Section> sections) {
    return new Section(name, doc, Shape.NAMED, Optional.empty(), false, keys, sections);
  }

  /** A list of maps of this form. */
  public static Section list(String name, String doc, List<Key<?>> keys, List<Section> sections) {
    return new Section(name, doc, Shape.LIST, Optional.empty(), false, keys, sections);
  }

  /** The same list, whose items may also be a plain value of {@code key}. */
  public Section orPlain(Key<?> key) {
    return new Section(name, doc, shape, Optional.of(key), live, keys, sections);
  }

  /** The same section, whose changes a running process takes over. */
  public Section reloadable() {
    return new Section(name, doc, shape, shorthand, true, keys, sections.stream().map(Section::reloadable).toList());
  }

  /** Every name this section knows. */
  public List<String> names() {
    return Stream.concat(keys.stream().map(Key::name), sections.stream().map(Section::name)).toList();
  }
}
