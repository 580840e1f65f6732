// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t;

import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The {@code --name value} arguments of the programs in this module. Immutable. */
public final class CommandLine {
  private final Map<String, String> values;

  private CommandLine(Map<String, String> values) {
    this.values = Map.copyOf(values);
  }

  /**
   * Reads the arguments.
   *
   * @throws IllegalArgumentException for a name that is not among {@code known}, or one without a value
   */
  public static CommandLine parse(String[] args, String... known) {
    Map<String, String> values = new HashMap<>();
    for (int i = 0; i < args.length; i += 2) {
      String name = args[i].startsWith("--") ? args[i].substring(2) : "";
      if (!List.of(known).contains(name) || i + 1 == args.length) {
        throw new IllegalArgumentException(args[i] + ": expected --name value, with a name of " + List.of(known));
      }
      values.put(name, args[i + 1]);
    }
    return new CommandLine(values);
  }

  /** The value of an argument that must be given. */
  public String required(String name) {
    String value = values.get(name);
    if (value == null) {
      throw new IllegalArgumentException("--" + name + " is missing");
    }
    return value;
  }

  /** The value of an argument that has a default. */
  public String get(String name, String fallback) {
    return values.getOrDefault(name, fallback);
  }

  /** A number that has a default. */
  public double number(String name, double fallback) {
    return Double.parseDouble(get(name, Double.toString(fallback)));
  }

  /** A {@code host:port} that has a default. */
  public InetSocketAddress address(String name, String fallback) {
    String value = get(name, fallback);
    int colon = value.lastIndexOf(':');
    if (colon < 0) {
      throw new IllegalArgumentException("--" + name + ": expected host:port, got " + value);
    }
    return new InetSocketAddress(value.substring(0, colon), Integer.parseInt(value.substring(colon + 1)));
  }
}
