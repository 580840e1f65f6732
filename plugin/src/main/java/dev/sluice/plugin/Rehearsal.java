// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin;

import dev.sluice.plugin.config.ConfigLoader;
import dev.sluice.routing.config.ConfigException;
import dev.sluice.routing.key.Pepper;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;

/**
 * Starts and ends of the process on configurations and addresses of its own, so that the JVM can record which classes a process needs.
 * It reads nothing of the operator's and leaves nothing behind.
 */
final class Rehearsal {
  private static final String OURS = "dev/sluice/";
  private static final String SUFFIX = ".class";

  private Rehearsal() {}

  /** Starts a process, asks its ports something, loads what only requests would load, and stops it; then one whose stores are away. */
  static void run() throws IOException, ConfigException {
    Path folder = Files.createTempDirectory("sluice-rehearsal");
    try {
      Pepper.create(folder.resolve("pepper"), new SecureRandom());
      Files.writeString(folder.resolve("keys.yaml"), "keys: []\n");
      Files.writeString(folder.resolve("secret"), UUID.randomUUID().toString());
      rehearse(folder, "");
      int nobody = freePort();
      rehearse(folder, "stores: {postgresql: {url: \"jdbc:postgresql://127.0.0.1:%1$d/none\"}, redis: {url: \"redis://127.0.0.1:%1$d\"}}\n".formatted(nobody));
      loadOwnClasses();
    } finally {
      delete(folder);
    }
  }

  private static void rehearse(Path folder, String stores) throws IOException, ConfigException {
    int admin = freePort();
    int events = freePort();
    Files.writeString(folder.resolve("sluice.yaml"), configuration(folder, admin, events) + stores);
    SluiceProcess.rehearse(new ConfigLoader(folder.resolve("sluice.yaml"), Map.of()), () -> ask(admin, events));
  }

  private static String configuration(Path folder, int admin, int events) {
    return """
        runner: {socket: %1$s/runner.sock}
        token_routing: {keys_file: %1$s/keys.yaml, pepper_file: %1$s/pepper, snapshot_file: %1$s/keys.snapshot}
        provider: {local: {rehearsal: {models: ["*"]}}}
        observability: {log_file: %1$s/log}
        events: {listen: "127.0.0.1:%3$d", secret_file: %1$s/secret}
        admin: {listen: "127.0.0.1:%2$d"}
        """
        .formatted(folder, admin, events);
  }

  private static void ask(int admin, int events) throws IOException {
    for (String path : List.of("/readyz", "/healthz", "/metrics", "/v1/pools")) {
      exchange(admin, "GET " + path + " HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
    }
    exchange(events, "POST /v1/events HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-length: 2\r\n\r\n{}");
  }

  private static void exchange(int port, String request) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      InputStream answer = socket.getInputStream();
      answer.readAllBytes();
    }
  }

  /** Every class of this jar of ours; none is initialised. A class whose libraries are absent stays unloaded. */
  private static void loadOwnClasses() throws IOException {
    Path jar;
    try {
      jar = Path.of(Rehearsal.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IOException(e);
    }
    if (!Files.isRegularFile(jar)) {
      return; // not packaged, and so nothing to record
    }
    try (JarFile file = new JarFile(jar.toFile())) {
      for (String name : file.stream().map(JarEntry::getName).filter(name -> name.startsWith(OURS) && name.endsWith(SUFFIX)).toList()) {
        try {
          Class.forName(name.substring(0, name.length() - SUFFIX.length()).replace('/', '.'), false, Rehearsal.class.getClassLoader());
        } catch (ClassNotFoundException | LinkageError e) {
          System.err.println("not recorded: " + name);
        }
      }
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
