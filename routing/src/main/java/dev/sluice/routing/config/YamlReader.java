// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.config;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.CollectionNode;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;
import org.snakeyaml.engine.v2.schema.CoreSchema;

/**
 * Reads one YAML 1.2 document into nodes that know their line.
 *
 * <p>Stricter than YAML: duplicate names, anchors, aliases, names that are not text and nesting deeper than 32 are problems.
 * Not thread-safe; confined to the reading thread.
 */
public final class YamlReader {
  private static final int MAX_DEPTH = 32;
  private static final int MAX_CODE_POINTS = 128 * 1024 * 1024;

  private final String source;
  private final Problems problems;

  private YamlReader(String source, Problems problems) {
    this.source = source;
    this.problems = problems;
  }

  /**
   * Reads {@code text}, whose outermost value must be a map; an empty document is an empty map.
   *
   * @param source what problems call the text, usually the file's name
   * @return empty if the text is not YAML or not a map, which is then among the problems
   */
  public static Optional<YamlNode.Mapping> read(String source, String text, Problems problems) {
    return new YamlReader(source, problems).document(text);
  }

  private Optional<YamlNode.Mapping> document(String text) {
    var start = new Place(source, 1);
    try {
      var settings =
          LoadSettings.builder()
              .setLabel(source)
              .setSchema(new CoreSchema())
              .setAllowNonScalarKeys(true)
              .setCodePointLimit(MAX_CODE_POINTS)
              .build();
      Optional<Node> root = new Compose(settings).composeString(text);
      if (root.isEmpty()) {
        return Optional.of(new YamlNode.Mapping(List.of(), start));
      }
      return switch (convert(root.get(), "", 0)) {
        case YamlNode.Mapping mapping -> Optional.of(mapping);
        case YamlNode.Nothing nothing -> Optional.of(new YamlNode.Mapping(List.of(), nothing.place()));
        case YamlNode.Scalar scalar -> notMap(scalar.place(), "a single value");
        case YamlNode.Items items -> notMap(items.place(), items.description());
      };
    } catch (MarkedYamlEngineException e) {
      problems.add(e.getProblemMark().map(this::place).orElse(start), "", "not YAML", syntaxHint(e.getProblem()));
    } catch (YamlEngineException e) {
      // The message of an unmarked failure may quote the document, so only its kind is told.
      problems.add(start, "", "not YAML", "a readable document (" + e.getClass().getSimpleName() + ")");
    }
    return Optional.empty();
  }

  private Optional<YamlNode.Mapping> notMap(Place place, String found) {
    problems.add(place, "", found, "a map of sections");
    return Optional.empty();
  }

  private static String syntaxHint(String problem) {
    // The parser names the alias or tag it cannot resolve; that is the writer's value and might be a secret.
    return problem.contains("undefined") ? "valid YAML; quote a value that begins with * or !" : "valid YAML; " + problem;
  }

  private YamlNode convert(Node written, String path, int depth) {
    Node node = written;
    Place place = node.getStartMark().map(this::place).orElse(new Place(source, 0));
    if (depth > MAX_DEPTH) {
      problems.add(place, path, "nested too deeply", "at most " + MAX_DEPTH + " levels");
      return new YamlNode.Nothing(place);
    }
    if (node.getAnchor().isPresent()) {
      problems.add(place, path, "an anchor", "the value written out wherever it is needed");
      // What an anchored list or map holds may lead back to itself.
      node = node instanceof CollectionNode<?> ? new MappingNode(Tag.MAP, List.of(), FlowStyle.BLOCK) : node;
    }
    return switch (node) {
      case ScalarNode scalar ->
          scalar.getTag().equals(Tag.NULL) ? new YamlNode.Nothing(place) : new YamlNode.Scalar(scalar.getValue(), place);
      case SequenceNode sequence -> items(sequence, path, place, depth);
      case MappingNode mapping -> mapping(mapping, path, place, depth);
      default -> {
        problems.add(place, path, "an alias", "the value written out");
        yield new YamlNode.Nothing(place);
      }
    };
  }

  private YamlNode items(SequenceNode sequence, String path, Place place, int depth) {
    List<YamlNode> nodes = new ArrayList<>();
    for (Node node : sequence.getValue()) {
      nodes.add(convert(node, path + "[" + nodes.size() + "]", depth + 1));
    }
    return new YamlNode.Items(nodes, place);
  }

  private YamlNode mapping(MappingNode mapping, String path, Place place, int depth) {
    List<YamlNode.Entry> entries = new ArrayList<>();
    Map<String, Place> seen = new HashMap<>();
    for (NodeTuple tuple : mapping.getValue()) {
      Place namePlace = tuple.getKeyNode().getStartMark().map(this::place).orElse(place);
      if (!(tuple.getKeyNode() instanceof ScalarNode name)) {
        problems.add(namePlace, path, "a name that is a list or a map", "text");
        continue;
      }
      String inner = path.isEmpty() ? name.getValue() : path + "." + name.getValue();
      Place first = seen.putIfAbsent(name.getValue(), namePlace);
      if (first != null) {
        problems.add(namePlace, inner, "duplicate key", "one value; the first is on line " + first.line());
        continue;
      }
      entries.add(new YamlNode.Entry(name.getValue(), convert(tuple.getValueNode(), inner, depth + 1), namePlace));
    }
    return new YamlNode.Mapping(entries, place);
  }

  private Place place(Mark mark) {
    return new Place(source, mark.getLine() + 1);
  }
}
