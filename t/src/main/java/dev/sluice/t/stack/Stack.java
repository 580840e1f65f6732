// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.stack;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * A running product: simulators, runner and gateway, wired together in a folder of its own; where they live, {@link Server} says.
 *
 * <p>Not thread-safe, except that the addresses may be read from anywhere.
 */
public final class Stack implements AutoCloseable {
  private static final int LEAST_PORT = 20_000;

  /** Of Linux, unless told otherwise. */
  private static final int FIRST_EPHEMERAL_PORT = 32_768;

  private static final Duration START = Duration.ofSeconds(60);

  /** For how long every answer to a probe must come from the new routes; a worker looks once a second. */
  private static final Duration SETTLED = Duration.ofMillis(1500);

  private final StackFiles files;
  private final StackPlan plan;
  private final Map<String, Integer> simulatorPorts;
  private final Entry entry;
  private final List<Server> servers;
  private Server runner;

  /**
   * How requests get in.
   *
   * @param gateway where clients send requests
   * @param socket where the gateway expects the runner
   * @param leave what is to be done to the gateway in the end
   */
  private record Entry(URI gateway, Path socket, Runnable leave) {}

  private Stack(StackFiles files, StackPlan plan, Map<String, Integer> simulatorPorts, Entry entry, List<Server> servers, Server runner) {
    this.files = files;
    this.plan = plan;
    this.simulatorPorts = simulatorPorts;
    this.entry = entry;
    this.servers = servers;
    this.runner = runner;
  }

  /** Starts {@code plan} in a new folder under {@code parent} and waits until requests are answered through the gateway. */
  public static Stack start(StackPlan plan, GatewayChoice choice, Path parent) {
    StackFiles files = StackFiles.create(parent, plan, freePort(), freePort());
    List<Server> servers = new ArrayList<>();
    Stack stack;
    try {
      Map<String, Integer> ports = new LinkedHashMap<>();
      for (StackPlan.ProviderPlan provider : plan.providers()) {
        ports.put(provider.name(), freePort());
        servers.add(simulator(files, provider, ports, StackFiles.PROVIDER_KEY));
      }
      for (StackPlan.ProviderPlan supplier : plan.suppliers()) {
        ports.put(supplier.name(), freePort());
        servers.add(simulator(files, supplier, ports, StackPlan.SUPPLIER_TOKEN));
      }
      stack =
          switch (choice) {
            case GatewayChoice.Embedded embedded -> embedded(files, plan, ports, servers);
            case GatewayChoice.External external -> external(files, plan, ports, servers, external);
          };
    } catch (RuntimeException e) {
      servers.forEach(Server::close);
      throw e;
    }
    try {
      // All start at the same time.
      stack.awaitSimulators();
      stack.awaitRunner();
      stack.awaitRoutes(choice);
      return stack;
    } catch (RuntimeException e) {
      stack.close();
      throw e;
    }
  }

  private static Server simulator(StackFiles files, StackPlan.ProviderPlan provider, Map<String, Integer> ports, String key) {
    List<String> arguments = new ArrayList<>(List.of("--listen", "127.0.0.1:" + ports.get(provider.name()), "--key-env", StackFiles.PROVIDER_KEY_VARIABLE, "--models", provider.upstreamModel()));
    arguments.addAll(provider.simulator());
    return Server.start(Server.Program.PROVIDER, provider.name(), arguments, Map.of(StackFiles.PROVIDER_KEY_VARIABLE, key), files.folder());
  }

  private static Stack embedded(StackFiles files, StackPlan plan, Map<String, Integer> ports, List<Server> servers) {
    int port = freePort();
    Path socket = files.folder().resolve("runner.sock");
    Path routes = files.write("apisix.yaml", files.routes(ports));
    Server runner = Server.runner(files, socket, plan.runnerApart());
    List<String> arguments = List.of("--config", routes.toString(), "--listen", "127.0.0.1:" + port, "--socket", socket.toString());
    servers.add(Server.start(Server.Program.GATEWAY, "gateway", arguments, Map.of(), files.folder()));
    return new Stack(files, plan, ports, new Entry(URI.create("http://127.0.0.1:" + port), socket, () -> {}), servers, runner);
  }

  private static Stack external(StackFiles files, StackPlan plan, Map<String, Integer> ports, List<Server> servers, GatewayChoice.External choice) {
    Server runner = Server.runner(files, choice.socket(), plan.runnerApart());
    try {
      BorrowedRoutes routes = BorrowedRoutes.replace(choice.config(), files.routes(ports));
      return new Stack(files, plan, ports, new Entry(choice.url(), choice.socket(), routes::close), servers, runner);
    } catch (RuntimeException e) {
      runner.close();
      throw e;
    }
  }

  private void awaitSimulators() {
    simulatorPorts.forEach(
        (name, port) -> Http.await(START, () -> Http.answers(URI.create("http://127.0.0.1:" + port + "/sim/state"), 200), () -> "simulator " + name + " does not answer"));
  }

  private void awaitRunner() {
    awaitReady(files.admin(), runner);
  }

  private static void awaitReady(URI admin, Server process) {
    Http.await(START, () -> Http.answers(admin.resolve("/readyz"), 200), process::output);
  }

  /**
   * Waits until the new routes serve. Each of a gateway's workers reads them by itself, so one that others run has to answer for a
   * while on ever new connections, which its workers share among them.
   */
  private void awaitRoutes(GatewayChoice choice) {
    URI probe = entry.gateway().resolve(files.probePath());
    Http.await(START, () -> Http.answersAnew(probe, 200), () -> "the gateway does not answer " + probe);
    if (choice instanceof GatewayChoice.External) {
      AtomicLong since = new AtomicLong(System.nanoTime());
      Http.await(
          START,
          () -> {
            if (!Http.answersAnew(probe, 200)) {
              since.set(System.nanoTime());
            }
            return System.nanoTime() - since.get() > SETTLED.toNanos();
          },
          () -> "not all workers of the gateway answer " + probe);
    }
  }

  /** Where clients send requests. */
  public URI gateway() {
    return entry.gateway();
  }

  /** The runner's admin port. */
  public URI admin() {
    return files.admin();
  }

  /** The runner's events port. */
  public URI events() {
    return files.events();
  }

  /** The secret of the events port. */
  public String eventsSecret() {
    return files.eventsSecret();
  }

  /** The API key of an account of the plan. */
  public String key(String account) {
    return files.key(account);
  }

  /** What the simulators demand as their key. */
  public String providerKey() {
    return StackFiles.PROVIDER_KEY;
  }

  /** A simulator's address. */
  public URI simulator(String name) {
    return URI.create("http://127.0.0.1:" + simulatorPorts.get(name));
  }

  /** Ends a simulator for good: connections to its address are refused from now on. */
  public void stopSimulator(String name) {
    List<String> names = plan.providers().stream().map(StackPlan.ProviderPlan::name).toList();
    servers.get(names.indexOf(name)).kill();
  }

  /** What the stack was asked for. */
  public StackPlan plan() {
    return plan;
  }

  /** The stack's folder, with every process's output and the runner's log. */
  public Path folder() {
    return files.folder();
  }

  /** The runner's socket. */
  public Path socket() {
    return entry.socket();
  }

  /**
   * The running or last runner process.
   *
   * @throws IllegalStateException if it lives in this JVM
   */
  public ChildProcess runner() {
    if (runner instanceof ChildProcess process) {
      return process;
    }
    throw new IllegalStateException("the runner lives in this JVM (expected: a plan with its runner apart)");
  }

  /** Starts a runner that is expected to end by itself; the caller closes it. */
  public ChildProcess startRefused() {
    return ChildProcess.start("refused", files.runnerCommand(), files.environment(entry.socket()), files.folder());
  }

  /** Starts the runner again after its end, and waits until it is ready. */
  public void restartRunner() {
    restartRunner(Map.of());
  }

  /** The same with more in its environment, such as {@code SLUICE_JAVA_OPTS}. */
  public void restartRunner(Map<String, String> more) {
    runner().await();
    Map<String, String> environment = new LinkedHashMap<>(files.environment(entry.socket()));
    more.forEach((name, value) -> environment.merge(name, value, (one, other) -> one + " " + other));
    runner = ChildProcess.start("runner", files.runnerCommand(), environment, files.folder());
    awaitRunner();
  }

  /**
   * Starts a second runner on the same socket while the first still runs, with ports of its own, and waits until it is ready.
   * The gateway's events go to the first one's port.
   */
  public ChildProcess startSuccessor() {
    StackFiles.Successor next = files.successor(freePort(), freePort());
    ChildProcess process = ChildProcess.start("successor", next.command(), files.environment(entry.socket()), files.folder());
    servers.add(process);
    awaitReady(next.admin(), process);
    return process;
  }

  /** Starts one more runner on a socket nobody calls, and tells how many nanoseconds passed until it was ready; then ends it. */
  public long nanosToReady(Consumer<ChildProcess> whenReady) {
    StackFiles.Successor next = files.successor(freePort(), freePort());
    long start = System.nanoTime();
    try (ChildProcess process = ChildProcess.start("spare", next.command(), files.environment(files.folder().resolve("spare.sock")), files.folder())) {
      awaitReady(next.admin(), process);
      long nanos = System.nanoTime() - start;
      whenReady.accept(process);
      return nanos;
    }
  }

  /** The pools' state as the runner tells it. */
  public PoolState pool() {
    return PoolState.parse(Http.get(admin().resolve("/v1/pools")).body(), StackPlan.MODEL);
  }

  /** The product's launcher. */
  public static Path launcher() {
    return StackFiles.repository().resolve("plugin/bin/sluice");
  }

  /** A port that nobody listens on, below those that the kernel hands out: between this and its use nobody connects from it. */
  static int freePort() {
    int port = ThreadLocalRandom.current().nextInt(LEAST_PORT, FIRST_EPHEMERAL_PORT);
    while (!isFree(port)) {
      port = ThreadLocalRandom.current().nextInt(LEAST_PORT, FIRST_EPHEMERAL_PORT);
    }
    return port;
  }

  private static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      return socket.isBound();
    } catch (BindException e) {
      return false;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    runner.terminate();
    servers.forEach(Server::terminate);
    runner.close();
    servers.forEach(Server::close);
    entry.leave().run();
    try {
      if (!Boolean.getBoolean("stack.keep")) {
        Files.deleteIfExists(files.folder().resolve("runner.sock"));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
