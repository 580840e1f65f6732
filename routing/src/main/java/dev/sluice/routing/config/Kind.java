// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The kind of a key's value: how it is read, shown and described. Immutable.
 *
 * @param <T> what a value is read into
 */
public sealed interface Kind<T> {
  /** What a value must be, to follow "expected:". */
  String expected();

  /** The members of a JSON schema that editors check values with. */
  Map<String, Object> schema();

  /** Reads a value; empty if it is not of this kind, which is then among the problems. */
  Optional<T> read(YamlNode node, Source source);

  /** Turns the text of an environment variable or a default into a node to read. */
  YamlNode fromText(String text, Place place);

  /** A value as it would be written in YAML, on one line. */
  String show(T value);

  /** A value as the text that {@link #fromText} takes. */
  default String text(T value) {
    return show(value);
  }

  /**
   * What reading needs to know to report a fault.
   *
   * @param sensitive true if the value must not be shown
   */
  record Source(String path, boolean sensitive, Problems problems) {
    void refuse(YamlNode node, String expected) {
      boolean hidden = sensitive && node instanceof YamlNode.Scalar;
      problems.add(node.place(), path, hidden ? "***" : node.description(), expected);
    }

    Source inner(String step) {
      return new Source(path + step, sensitive, problems);
    }
  }

  /** A kind whose values are one text. */
  record Single<T>(
      String expected, Map<String, Object> schema, Function<String, Optional<T>> parse, Function<T, String> shown) implements Kind<T> {
    @Override
    public Optional<T> read(YamlNode node, Source source) {
      Optional<T> value = node instanceof YamlNode.Scalar scalar ? parse.apply(scalar.text()) : Optional.empty();
      if (value.isEmpty()) {
        source.refuse(node, expected);
      }
      return value;
    }

    @Override
    public YamlNode fromText(String text, Place place) {
      return new YamlNode.Scalar(text, place);
    }

    @Override
    public String show(T value) {
      return shown.apply(value);
    }
  }

  /** A list of values of one kind; as text they are separated by commas. */
  record Listed<E>(Kind<E> element, int maxItems) implements Kind<List<E>> {
    @Override
    public String expected() {
      return "a list of at most " + maxItems + ", each " + element.expected();
    }

    @Override
    public Map<String, Object> schema() {
      return Map.of("type", "array", "items", element.schema(), "maxItems", maxItems);
    }

    @Override
    public Optional<List<E>> read(YamlNode node, Source source) {
      if (!(node instanceof YamlNode.Items items) || items.nodes().size() > maxItems) {
        source.refuse(node, expected());
        return Optional.empty();
      }
      List<E> values = new ArrayList<>();
      for (int i = 0; i < items.nodes().size(); i++) {
        element.read(items.nodes().get(i), source.inner("[" + i + "]")).ifPresent(values::add);
      }
      return values.size() == items.nodes().size() ? Optional.of(List.copyOf(values)) : Optional.empty();
    }

    @Override
    public YamlNode fromText(String text, Place place) {
      List<YamlNode> nodes = new ArrayList<>();
      if (!text.isBlank()) {
        for (String part : text.split(",", -1)) {
          nodes.add(element.fromText(part.strip(), place));
        }
      }
      return new YamlNode.Items(nodes, place);
    }

    @Override
    public String show(List<E> value) {
      return value.stream().map(element::show).collect(Collectors.joining(", ", "[", "]"));
    }

    @Override
    public String text(List<E> value) {
      return value.stream().map(element::text).collect(Collectors.joining(","));
    }
  }

  /** A map from free names to values of one kind; as text {@code a=1,b=2}. */
  record Mapped<E>(Kind<String> name, Kind<E> element, int maxItems) implements Kind<Map<String, E>> {
    @Override
    public String expected() {
      return "a map of at most " + maxItems + " from " + name.expected() + " to " + element.expected();
    }

    @Override
    public Map<String, Object> schema() {
      return Map.of("type", "object", "additionalProperties", element.schema(), "maxProperties", maxItems);
    }

    @Override
    public Optional<Map<String, E>> read(YamlNode node, Source source) {
      if (!(node instanceof YamlNode.Mapping mapping) || mapping.entries().size() > maxItems) {
        source.refuse(node, expected());
        return Optional.empty();
      }
      Map<String, E> values = new LinkedHashMap<>();
      for (YamlNode.Entry entry : mapping.entries()) {
        var inner = source.inner("." + entry.name());
        Optional<String> key = name.read(new YamlNode.Scalar(entry.name(), entry.place()), inner);
        Optional<E> value = element.read(entry.node(), inner);
        if (key.isPresent() && value.isPresent()) {
          values.put(key.get(), value.get());
        }
      }
      return values.size() == mapping.entries().size() ? Optional.of(Map.copyOf(values)) : Optional.empty();
    }

    @Override
    public YamlNode fromText(String text, Place place) {
      List<YamlNode.Entry> entries = new ArrayList<>();
      if (!text.isBlank()) {
        for (String part : text.split(",", -1)) {
          int equals = part.indexOf('=');
          String key = equals < 0 ? part.strip() : part.substring(0, equals).strip();
          YamlNode node = equals < 0 ? new YamlNode.Nothing(place) : element.fromText(part.substring(equals + 1).strip(), place);
          entries.add(new YamlNode.Entry(key, node, place));
        }
      }
      return new YamlNode.Mapping(entries, place);
    }

    @Override
    public String show(Map<String, E> value) {
      return sorted(value, ": ").collect(Collectors.joining(", ", "{", "}"));
    }

    @Override
    public String text(Map<String, E> value) {
      return sorted(value, "=").collect(Collectors.joining(","));
    }

    private Stream<String> sorted(Map<String, E> value, String between) {
      return value.entrySet().stream()
          .sorted(Map.Entry.comparingByKey())
          .map(entry -> entry.getKey() + between + element.show(entry.getValue()));
    }
  }
}
