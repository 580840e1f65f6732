// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.stack;

import dev.sluice.routing.key.KeyMint;
import dev.sluice.routing.key.Pepper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Writes what the processes of a stack read: keys, the runner's configuration, the gateway's routes. */
final class StackFiles {
  /** The credential that the runner presents to the simulators, which they demand. */
  static final String PROVIDER_KEY = "provider-secret";

  static final String PROVIDER_KEY_VARIABLE = "SIMULATED_PROVIDER_KEY";

  private final Path folder;
  private final StackPlan plan;
  private final int adminPort;
  private final int eventsPort;
  private final String eventsSecret = UUID.randomUUID().toString();
  private final String probePath = "/sim/probe/" + UUID.randomUUID();
  private final Map<String, String> keys = new LinkedHashMap<>();

  private StackFiles(Path folder, StackPlan plan, int adminPort, int eventsPort) {
    this.folder = folder;
    this.plan = plan;
    this.adminPort = adminPort;
    this.eventsPort = eventsPort;
  }

  /** Makes a folder under {@code parent} with the runner's files in it. */
  static StackFiles create(Path parent, StackPlan plan, int adminPort, int eventsPort) {
    try {
      Files.createDirectories(parent);
      // Unix socket paths are short: the folder of the socket must not lie deep.
      StackFiles files = new StackFiles(Files.createTempDirectory("sluice"), plan, adminPort, eventsPort);
      files.writeKeys();
      files.writeConfig();
      return files;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Path folder() {
    return folder;
  }

  String key(String account) {
    String key = keys.get(account);
    if (key == null) {
      throw new IllegalArgumentException("account: " + account + " (expected: one of " + keys.keySet() + ")");
    }
    return key;
  }

  URI admin() {
    return URI.create("http://127.0.0.1:" + adminPort);
  }

  URI events() {
    return URI.create("http://127.0.0.1:" + eventsPort + "/v1/events");
  }

  String eventsSecret() {
    return eventsSecret;
  }

  String probePath() {
    return probePath;
  }

  List<String> runnerCommand() {
    return runnerCommand(config());
  }

  /** The runner's configuration. */
  Path config() {
    return folder.resolve("sluice.yaml");
  }

  private static List<String> runnerCommand(Path config) {
    return List.of(repository().resolve("plugin/bin/sluice").toString(), "run", "--config", config.toString());
  }

  Map<String, String> environment(Path socket) {
    return Map.of(
        "SLUICE_EVENTS_SECRET", eventsSecret,
        "SLUICE_JAVA_HOME", System.getProperty("java.home"),
        "SLUICE_JAVA_OPTS", String.join(" ", ChildProcess.compilation()),
        "APISIX_LISTEN_ADDRESS", "unix:" + socket,
        PROVIDER_KEY_VARIABLE, PROVIDER_KEY);
  }

  /** Another runner with the same configuration but for its ports. Immutable. */
  record Successor(List<String> command, URI admin) {}

  /** Writes the configuration of another runner. */
  Successor successor(int admin, int events) {
    try {
      String config = Files.readString(config());
      Path file = folder.resolve("sluice-" + admin + ".yaml");
      Files.writeString(
          file,
          config
              .replace("127.0.0.1:" + adminPort, "127.0.0.1:" + admin)
              .replace("127.0.0.1:" + eventsPort, "127.0.0.1:" + events)
              .replace(folder.resolve("runner.log").toString(), folder.resolve("runner-" + admin + ".log").toString()));
      return new Successor(runnerCommand(file), URI.create("http://127.0.0.1:" + admin));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The checkout: the folder, here or above, that holds {@code plugin/bin/sluice}. */
  static Path repository() {
    Path folder = Path.of("").toAbsolutePath();
    while (!Files.exists(folder.resolve("plugin/bin/sluice"))) {
      Path parent = folder.getParent();
      if (parent == null) {
        throw new IllegalStateException("plugin/bin/sluice is nowhere above " + Path.of("").toAbsolutePath());
      }
      folder = parent;
    }
    return folder;
  }

  private void writeKeys() throws IOException {
    SecureRandom random = new SecureRandom();
    KeyMint mint = new KeyMint(Pepper.create(folder.resolve("pepper"), random), random);
    StringBuilder yaml = new StringBuilder("keys:\n");
    for (StackPlan.AccountPlan account : plan.accounts()) {
      KeyMint.Minted minted = mint.mint();
      keys.put(account.account(), minted.reveal());
      yaml.append("  - { id: ").append(account.account()).append(", prefix: ").append(minted.prefix());
      yaml.append(", hash: \"").append(minted.fingerprint().text()).append("\", account: ").append(account.account());
      yaml.append(account.level() < 0 ? "" : ", level: " + account.level());
      yaml.append(account.more().isEmpty() ? "" : ", " + account.more()).append(" }\n");
    }
    Files.writeString(folder.resolve("keys.yaml"), yaml);
  }

  private void writeConfig() throws IOException {
    Map<String, Object> tree = new LinkedHashMap<>();
    set(tree, "events.listen", "127.0.0.1:" + eventsPort);
    set(tree, "events.secret_env", "SLUICE_EVENTS_SECRET");
    set(tree, "admin.listen", "127.0.0.1:" + adminPort);
    set(tree, "runner.socket_mode", "\"0666\"");
    set(tree, "token_routing.keys_file", folder.resolve("keys.yaml").toString());
    set(tree, "token_routing.pepper_file", folder.resolve("pepper").toString());
    set(tree, "observability.log_file", folder.resolve("runner.log").toString());
    for (StackPlan.ProviderPlan provider : plan.providers()) {
      String at = "provider.local." + provider.name() + ".";
      set(tree, at + "credentials", "{ header: authorization, scheme: Bearer, env: " + PROVIDER_KEY_VARIABLE + " }");
      set(tree, at + "models", "[ " + model(provider) + " ]");
    }
    plan.settings().forEach((key, value) -> set(tree, key, value));
    StringBuilder yaml = new StringBuilder();
    write(tree, "", yaml);
    Files.writeString(config(), yaml);
  }

  private static String model(StackPlan.ProviderPlan provider) {
    String mapped = provider.upstreamModel().equals(StackPlan.MODEL) ? "" : ", upstream_model: " + provider.upstreamModel();
    return "{ model: " + StackPlan.MODEL + mapped + ", max_tokens_per_sec: " + provider.tokensPerSecond() + ", max_concurrent: "
        + provider.maxConcurrent() + ", max_context_length: " + provider.maxContext() + " }";
  }

  @SuppressWarnings("unchecked") // every value on the way is a map made here
  private static void set(Map<String, Object> tree, String dotted, String yaml) {
    String[] names = dotted.split("\\.", -1);
    Map<String, Object> at = tree;
    for (int i = 0; i < names.length - 1; i++) {
      at = (Map<String, Object>) at.computeIfAbsent(names[i], name -> new LinkedHashMap<String, Object>());
    }
    at.put(names[names.length - 1], yaml);
  }

  @SuppressWarnings("unchecked") // every value is a map made by set, or a text
  private static void write(Map<String, Object> tree, String indent, StringBuilder yaml) {
    tree.forEach(
        (key, value) -> {
          yaml.append(indent).append(key).append(':');
          if (value instanceof Map<?, ?> map) {
            yaml.append('\n');
            write((Map<String, Object>) map, indent + "  ", yaml);
          } else {
            yaml.append(' ').append(value).append('\n');
          }
        });
  }

  /** Writes a file into the folder. */
  Path write(String name, String text) {
    try {
      return Files.writeString(folder.resolve(name), text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The gateway's routes. */
  String routes(Map<String, Integer> simulatorPorts) {
    return RouteFile.of(plan, simulatorPorts, plan.eventsTo().orElse(events()), eventsSecret, probePath);
  }
}
