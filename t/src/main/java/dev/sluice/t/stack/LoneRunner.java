// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.stack;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;

/** A runner without a gateway, for clients that speak its protocol. Thread-safe. */
public final class LoneRunner implements AutoCloseable {
  private final StackFiles files;
  private final Path socket;
  private final Server runner;

  private LoneRunner(StackFiles files, Path socket, Server runner) {
    this.files = files;
    this.socket = socket;
    this.runner = runner;
  }

  /** Starts the runner of a plan and waits until it is ready; the plan's providers are not started. */
  public static LoneRunner start(StackPlan plan, Path parent) {
    StackFiles files = StackFiles.create(parent, plan, Stack.freePort(), Stack.freePort());
    Path socket = files.folder().resolve("runner.sock");
    Server runner = Server.runner(files, socket, plan.runnerApart());
    Http.await(Duration.ofSeconds(30), () -> Http.answers(files.admin().resolve("/readyz"), 200), runner::output);
    return new LoneRunner(files, socket, runner);
  }

  /** Its socket. */
  public Path socket() {
    return socket;
  }

  /** Its admin port. */
  public URI admin() {
    return files.admin();
  }

  /** The API key of an account of the plan. */
  public String key(String account) {
    return files.key(account);
  }

  /** The folder with its files. */
  public Path folder() {
    return files.folder();
  }

  @Override
  public void close() {
    runner.close();
  }
}
