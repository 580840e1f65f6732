// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.config;

import java.util.List;

/** A value of a YAML document together with the place it was written. Immutable. */
public sealed interface YamlNode {
  /** Where the value begins. */
  Place place();

  /** What a person would call this kind of value in an error message. */
  String description();

  /** A single value as its text; what it means is decided by whoever reads it, so {@code off} stays {@code off}. */
  record Scalar(String text, Place place) implements YamlNode {
    @Override
    public String description() {
      return text.isEmpty() ? "empty text" : text;
    }
  }

  /** A key without a value, or an explicit null. */
  record Nothing(Place place) implements YamlNode {
    @Override
    public String description() {
      return "no value";
    }
  }

  /** An ordered list. */
  record Items(List<YamlNode> nodes, Place place) implements YamlNode {
    public Items {
      nodes = List.copyOf(nodes);
    }

    @Override
    public String description() {
      return "a list";
    }
  }

  /** An ordered map; names are unique. */
  record Mapping(List<Entry> entries, Place place) implements YamlNode {
    public Mapping {
      entries = List.copyOf(entries);
    }

    @Override
    public String description() {
      return "a map";
    }
  }

  /**
   * One name and its value.
   *
   * @param place where the name stands
   */
  record Entry(String name, YamlNode node, Place place) {}
}
