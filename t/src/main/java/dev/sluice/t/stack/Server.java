// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.stack;

import dev.sluice.plugin.SluiceProcess;
import dev.sluice.plugin.config.ConfigLoader;
import dev.sluice.routing.config.ConfigException;
import dev.sluice.t.gateway.EmbeddedGateway;
import dev.sluice.t.provider.ProviderSimulator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * A simulator, a gateway or a runner under way: a process, or, with {@code -Dstack.inside=true}, a part of this JVM, which saves what the
 * start of a JVM costs where nobody measures the parts. Thread-safe.
 */
public interface Server extends AutoCloseable {
  /** The property that has servers live in this JVM. */
  String INSIDE = "stack.inside";

  /** What there is to run besides runners. */
  enum Program {
    /** {@link ProviderSimulator}. */
    PROVIDER(ProviderSimulator.class, "-Xmx128m") {
      @Override
      AutoCloseable open(List<String> arguments, Map<String, String> environment) throws IOException {
        return ProviderSimulator.start(ProviderSimulator.options(arguments, environment));
      }
    },
    /** {@link EmbeddedGateway}. */
    GATEWAY(EmbeddedGateway.class, "-Xmx512m") {
      @Override
      AutoCloseable open(List<String> arguments, Map<String, String> environment) throws IOException {
        return EmbeddedGateway.start(EmbeddedGateway.options(arguments));
      }
    };

    private final Class<?> main;
    private final String heap;

    Program(Class<?> main, String heap) {
      this.main = main;
      this.heap = heap;
    }

    abstract AutoCloseable open(List<String> arguments, Map<String, String> environment) throws IOException;
  }

  /** The option that has servers run inside, for a JVM that this one starts. */
  static List<String> inside() {
    return Boolean.getBoolean(INSIDE) ? List.of("-D" + INSIDE + "=true") : List.of();
  }

  /**
   * Starts a runner.
   *
   * @param apart whether it has to be a process
   */
  static Server runner(StackFiles files, Path socket, boolean apart) {
    Map<String, String> environment = files.environment(socket);
    if (apart || !Boolean.getBoolean(INSIDE)) {
      return ChildProcess.start("runner", files.runnerCommand(), environment, files.folder());
    }
    try {
      return new Inside(SluiceProcess.start(new ConfigLoader(files.config(), environment)));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start the runner", e);
    } catch (ConfigException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  /** Starts {@code program}; what a process prints goes to {@code folder/name.out}. */
  static Server start(Program program, String name, List<String> arguments, Map<String, String> environment, Path folder) {
    if (!Boolean.getBoolean(INSIDE)) {
      List<String> command = ChildProcess.java(List.of(program.heap, "-XX:+UseSerialGC"), program.main.getName(), arguments);
      return ChildProcess.start(name, command, environment, folder);
    }
    try {
      return new Inside(program.open(arguments, environment));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start " + name, e);
    }
  }

  /** Begins to end it, without waiting. */
  void terminate();

  /** Ends it at once: its connections break, and its address refuses new ones. */
  void kill();

  /** What it printed so far. */
  String output();

  @Override
  void close();

  /** One that runs here. */
  final class Inside implements Server {
    private final FutureTask<Void> end;

    private Inside(AutoCloseable server) {
      this.end =
          new FutureTask<>(
              () -> {
                server.close();
                return null;
              });
    }

    @Override
    public void terminate() {
      Thread.startVirtualThread(end);
    }

    @Override
    public void kill() {
      close();
    }

    @Override
    public String output() {
      return "(printed here)";
    }

    @Override
    public void close() {
      end.run();
      try {
        end.get();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } catch (ExecutionException e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
