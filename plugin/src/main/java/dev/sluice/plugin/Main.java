// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin;

import dev.sluice.plugin.command.Arguments;
import dev.sluice.plugin.command.Commands;
import dev.sluice.plugin.command.Surface;
import dev.sluice.plugin.command.UsageException;
import dev.sluice.plugin.config.ConfigLoader;
import dev.sluice.routing.config.ConfigException;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/** The command line {@code sluice}: runs the process, or one of its commands. */
public final class Main {
  private Main() {}

  /** Exit codes as in {@link Commands}; {@code run} is the command when none is given, as APISIX starts the jar without one. */
  public static void main(String[] args) {
    List<String> words = Arrays.asList(args);
    boolean runs = words.isEmpty() || words.getFirst().equals("run");
    int code = runs ? run(words.isEmpty() ? words : words.subList(1, words.size())) : Commands.run(words, surface());
    System.out.flush();
    System.exit(code);
  }

  private static Surface surface() {
    return new Surface(System.in, System.out, System.err, System.getenv());
  }

  /** Runs the process to its end. */
  private static int run(List<String> flags) {
    try {
      Arguments arguments = Arguments.parse(flags, List.of("config"), List.of());
      arguments.expectRest(0, "no arguments");
      SluiceProcess.run(new ConfigLoader(arguments.path("config", Commands.DEFAULT_CONFIG), System.getenv()));
      return Commands.OK;
    } catch (ConfigException e) {
      System.err.println(e.getMessage());
    } catch (IOException | IllegalArgumentException e) {
      System.err.println("sluice run: " + e.getMessage());
    } catch (UsageException e) {
      System.err.println("sluice run: " + e.getMessage());
      return Commands.USAGE;
    }
    return Commands.FAILED;
  }
}
