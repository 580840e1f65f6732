// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.command;

import dev.sluice.routing.config.NearestName;
import dev.sluice.routing.config.Secret;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A command's arguments: flags with a value, {@code --name VALUE} or {@code --name=VALUE}, flags without, and the rest. A lone
 * {@code --} ends the flags. Immutable.
 */
public final class Arguments {
  private final Map<String, String> values;
  private final List<String> rest;

  private Arguments(Map<String, String> values, List<String> rest) {
    this.values = Map.copyOf(values);
    this.rest = List.copyOf(rest);
  }

  /**
   * Reads a command line.
   *
   * @param valued names of the flags with a value, without dashes
   * @param plain names of the flags without
   */
  public static Arguments parse(List<String> args, List<String> valued, List<String> plain) throws UsageException {
    Map<String, String> values = new LinkedHashMap<>();
    var rest = new ArrayList<String>();
    for (int i = 0; i < args.size(); i++) {
      String arg = args.get(i);
      if (arg.equals("--")) {
        rest.addAll(args.subList(i + 1, args.size()));
        break;
      }
      if (!arg.startsWith("--")) {
        rest.add(arg);
        continue;
      }
      int equals = arg.indexOf('=');
      String name = arg.substring(2, equals < 0 ? arg.length() : equals);
      String value = "";
      if (valued.contains(name)) {
        if (equals < 0 && i + 1 >= args.size()) {
          throw new UsageException("--" + name + ": no value (expected: --" + name + " VALUE)");
        }
        value = equals >= 0 ? arg.substring(equals + 1) : args.get(++i);
      } else if (!plain.contains(name) || equals >= 0) {
        throw unknown(name, valued, plain);
      }
      if (values.put(name, value) != null) {
        throw new UsageException("--" + name + ": given twice (expected: once)");
      }
    }
    return new Arguments(values, rest);
  }

  private static UsageException unknown(String name, List<String> valued, List<String> plain) {
    var known = new ArrayList<>(valued);
    known.addAll(plain);
    if (plain.contains(name)) {
      return new UsageException("--" + name + ": takes no value");
    }
    String hint = NearestName.of(name, known).map(near -> "; did you mean --" + near + "?").orElse("");
    String expected = known.isEmpty() ? "no flags" : "--" + String.join(", --", known);
    return new UsageException("--" + shown(name) + ": unknown flag (expected: " + expected + hint + ")");
  }

  /** A flag's value. */
  public Optional<String> value(String name) {
    return Optional.ofNullable(values.get(name));
  }

  /** True if the flag was given. */
  public boolean has(String name) {
    return values.containsKey(name);
  }

  /** A flag's value as a path, or the given one. */
  public Path path(String name, Path otherwise) throws UsageException {
    String value = values.get(name);
    try {
      if (value != null && value.isBlank()) {
        throw new UsageException("--" + name + ": empty (expected: a path)");
      }
      return value == null ? otherwise : Path.of(value);
    } catch (InvalidPathException e) {
      throw new UsageException("--" + name + ": not a path (expected: a path)");
    }
  }

  /** What is not a flag. */
  public List<String> rest() {
    return rest;
  }

  /** A word of the command line, hidden if it may be a secret. */
  static String shown(String word) {
    return Secret.resembles(word) ? "***" : word;
  }

  /** Throws unless the rest has {@code count} arguments. */
  public void expectRest(int count, String expected) throws UsageException {
    if (rest.size() != count) {
      throw new UsageException("expected: " + expected + (rest.isEmpty() ? "" : ", but there is: " + rest.stream().map(Arguments::shown).collect(Collectors.joining(" "))));
    }
  }
}
