// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Reads YAML nodes as a declared section.
 *
 * <p>An environment variable wins over the file: its name is the prefix, the path and the key, upper case, joined by {@code _}
 * ({@code SLUICE_SCHEDULER_QUEUE_TIMEOUT}). Lists are separated by commas, maps written {@code a=1,b=2}. Keys under free names
 * and in lists of sections have no variable. Not thread-safe; confined to the reading thread.
 */
public final class SectionReader {
  private static final Kind<String> FREE_NAME = Kinds.name(128);

  private final Map<String, String> overrides;
  private final String prefix;
  private final Problems problems;

  /**
   * @param overrides the environment; empty for files that take no overrides
   * @param prefix of the variables' names, such as {@code SLUICE}
   */
  public SectionReader(Map<String, String> overrides, String prefix, Problems problems) {
    this.overrides = Map.copyOf(overrides);
    this.prefix = prefix;
    this.problems = problems;
  }

  /** Reads a whole document. */
  public Values read(Section section, YamlNode.Mapping document) {
    return section(section, document, "", true);
  }

  /** The variable that overrides a key of the single section at {@code path}. */
  public static String variable(String prefix, String path, Key<?> key) {
    String inner = path.isEmpty() ? key.name() : path.replace('.', '_') + "_" + key.name();
    return prefix + "_" + inner.toUpperCase(Locale.ROOT);
  }

  private Values section(Section section, YamlNode.Mapping mapping, String path, boolean overridable) {
    var values = new Values(path, mapping.place());
    Map<String, YamlNode> written = new LinkedHashMap<>();
    List<String> names = section.names();
    for (YamlNode.Entry entry : mapping.entries()) {
      if (names.contains(entry.name())) {
        written.put(entry.name(), entry.node());
      } else {
        String what = path.isEmpty() ? "one of " + String.join(", ", names) : "a key of " + path;
        problems.addUnknown(entry.place(), join(path, Secret.resembles(entry.name()) ? "***" : entry.name()), entry.name(), names, what);
      }
    }
    for (Key<?> key : section.keys()) {
      key(key, Optional.ofNullable(written.get(key.name())), values, overridable);
    }
    for (Section inner : section.sections()) {
      values.put(inner, inner(inner, Optional.ofNullable(written.get(inner.name())), values, overridable));
    }
    return values;
  }

  private <T> void key(Key<T> key, Optional<YamlNode> written, Values values, boolean overridable) {
    String variable = variable(prefix, values.path(), key);
    String override = overridable ? overrides.get(variable) : null;
    Optional<YamlNode> node =
        override == null ? written : Optional.of(key.kind().fromText(override, Place.variable(variable)));
    var source = new Kind.Source(values.path(key), key.sensitive(), problems);
    if (node.isPresent()) {
      Optional<T> value = key.kind().read(node.get(), source);
      if (value.isPresent()) {
        values.put(key, value.get(), node.get().place());
        return;
      }
      values.markUnsound(key);
    } else if (key.required()) {
      values.markUnsound(key);
      problems.add(values.place(), source.path(), "missing", key.kind().expected());
    }
    if (key.fallback().isPresent()) {
      key.kind()
          .read(key.kind().fromText(key.fallback().get(), Place.DEFAULT), source)
          .ifPresent(value -> values.put(key, value, Place.DEFAULT));
    }
  }

  private Map<String, Values> inner(Section section, Optional<YamlNode> written, Values outer, boolean overridable) {
    String path = join(outer.path(), section.name());
    YamlNode node = written.orElseGet(() -> new YamlNode.Nothing(outer.place()));
    return switch (section.shape()) {
      case SINGLE -> Map.of(section.name(), section(section, mapping(node, path), path, overridable));
      case NAMED -> named(section, mapping(node, path), path);
      case LIST -> list(section, node, path);
    };
  }

  private YamlNode.Mapping mapping(YamlNode node, String path) {
    if (node instanceof YamlNode.Mapping mapping) {
      return mapping;
    }
    if (!(node instanceof YamlNode.Nothing)) {
      // What stands here instead of the map may be anything, also a secret, so it is not shown.
      problems.add(node.place(), path, node instanceof YamlNode.Items ? "a list" : "a single value", "a map");
    }
    return new YamlNode.Mapping(List.of(), node.place());
  }

  private Map<String, Values> named(Section section, YamlNode.Mapping mapping, String path) {
    Map<String, Values> found = new LinkedHashMap<>();
    for (YamlNode.Entry entry : mapping.entries()) {
      String inner = join(path, entry.name());
      var name = new YamlNode.Scalar(entry.name(), entry.place());
      if (FREE_NAME.read(name, new Kind.Source(inner, false, problems)).isPresent()) {
        found.put(entry.name(), section(section, at(mapping(entry.node(), inner), entry.place()), inner, false));
      }
    }
    return found;
  }

  private static YamlNode.Mapping at(YamlNode.Mapping mapping, Place place) {
    return new YamlNode.Mapping(mapping.entries(), place);
  }

  private Map<String, Values> list(Section section, YamlNode node, String path) {
    Map<String, Values> found = new LinkedHashMap<>();
    if (node instanceof YamlNode.Items items) {
      for (YamlNode item : items.nodes()) {
        String inner = path + "[" + found.size() + "]";
        found.put(inner, section(section, item(section, item, inner), inner, false));
      }
    } else if (!(node instanceof YamlNode.Nothing)) {
      problems.add(node.place(), path, node instanceof YamlNode.Mapping ? "a map" : "a single value", "a list");
    }
    return found;
  }

  private YamlNode.Mapping item(Section section, YamlNode node, String path) {
    if (node instanceof YamlNode.Scalar scalar && section.shorthand().isPresent()) {
      var entry = new YamlNode.Entry(section.shorthand().get().name(), scalar, scalar.place());
      return new YamlNode.Mapping(List.of(entry), scalar.place());
    }
    return mapping(node, path);
  }

  private static String join(String path, String name) {
    return path.isEmpty() ? name : path + "." + name;
  }
}
