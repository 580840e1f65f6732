// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.key;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.routing.ApiKey;
import dev.sluice.routing.KeyFingerprint;
import dev.sluice.routing.config.SiblingLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeyFileEditorTest {
  private static final int WRITERS = 8;

  @TempDir private Path folder;

  @Test
  void writersAtOnceLoseNothing() throws Exception {
    Path file = folder.resolve("keys.yaml");
    Path pepper = folder.resolve("pepper");
    Set<String> ids =
        atOnce(
            () -> {
              var mint = new KeyMint(Pepper.create(pepper, new SecureRandom()), new SecureRandom());
              var key = new NewKey(Optional.empty(), "acme", Map.of(), List.of(), Optional.empty(), Optional.empty());
              return new KeyFileEditor(file).append(key, mint.mint());
            });

    assertThat(ids).hasSize(WRITERS);
    assertThat(new KeyFileEditor(file).records()).extracting(key -> key.entitlement().keyId()).containsExactlyInAnyOrderElementsOf(ids);
  }

  @Test
  void whoMakesThePepperSecondGetsTheFirst() throws Exception {
    Path file = folder.resolve("pepper");
    ApiKey key = ApiKey.of("sk-any").orElseThrow();
    Set<KeyFingerprint> fingerprints = atOnce(() -> Pepper.create(file, new SecureRandom()).fingerprint(key));

    assertThat(fingerprints).containsExactly(Pepper.read(file).orElseThrow().fingerprint(key));
  }

  @Test
  void anotherProcessIsWaitedFor() throws Exception {
    Path file = folder.resolve("keys.yaml");
    String program =
        """
        import java.nio.channels.FileChannel;
        import java.nio.file.*;
        class Holder {
          public static void main(String[] args) throws Exception {
            var channel = FileChannel.open(Path.of(args[0]), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            channel.lock();
            System.out.println("held");
            System.out.flush();
            System.in.read();
            Files.writeString(Path.of(args[1]), "released");
          }
        }
        """;
    Path source = Files.writeString(folder.resolve("Holder.java"), program);
    Path released = folder.resolve("released");
    Process holder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                source.toString(),
                folder.resolve(".keys.yaml.lock").toString(),
                released.toString())
            .start();
    ExecutorService executor = Executors.newSingleThreadExecutor();
    try {
      assertThat(holder.inputReader().readLine()).isEqualTo("held");
      Future<Boolean> afterRelease =
          executor.submit(
              () -> {
                try (var held = SiblingLock.take(file)) {
                  return held != null && Files.exists(released);
                }
              });
      holder.outputWriter().close();
      assertThat(afterRelease.get(60, TimeUnit.SECONDS)).isTrue();
    } finally {
      holder.destroyForcibly();
      executor.shutdownNow();
    }
  }

  private static <T> Set<T> atOnce(Callable<T> task) throws Exception {
    var barrier = new CyclicBarrier(WRITERS);
    ExecutorService executor = Executors.newFixedThreadPool(WRITERS);
    try {
      var futures = new ArrayList<Future<T>>();
      for (int i = 0; i < WRITERS; i++) {
        futures.add(
            executor.submit(
                () -> {
                  barrier.await(30, TimeUnit.SECONDS);
                  return task.call();
                }));
      }
      var results = new HashSet<T>();
      for (Future<T> future : futures) {
        results.add(future.get(60, TimeUnit.SECONDS));
      }
      return results;
    } finally {
      executor.shutdownNow();
    }
  }
}
