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
  /** What {@code bin/sluice archive} has the JVM record; not for people. */
  private static final String REHEARSE = "rehearse";

  private Main() {}

  /** Exit codes as in {@link Commands}; {@code run} is the command when none is given, as APISIX starts the jar without one. */
  public static void main(String[] args) {
    List<String> words = Arrays.asList(args);
    int code =
        switch (words.isEmpty() ? "run" : words.getFirst()) {
          case "run" -> serve(() -> run(words.isEmpty() ? words : words.subList(1, words.size())));
          case REHEARSE -> serve(Rehearsal::run);
          default -> Commands.run(words, surface());
        };
    System.out.flush();
    System.exit(code);
  }

  private static Surface surface() {
    return new Surface(System.in, System.out, System.err, System.getenv());
  }

  /** A life of the process. */
  @FunctionalInterface
  private interface Life {
    void live() throws ConfigException, IOException, UsageException;
  }

  private static void run(List<String> flags) throws ConfigException, IOException, UsageException {
    Arguments arguments = Arguments.parse(flags, List.of("config"), List.of());
    arguments.expectRest(0, "no arguments");
    SluiceProcess.run(new ConfigLoader(arguments.path("config", Commands.DEFAULT_CONFIG), System.getenv()));
  }

  /** Runs the process to its end. */
  private static int serve(Life life) {
    try {
      life.live();
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
