// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.key;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.routing.ApiKey;
import dev.sluice.routing.KeyFingerprint;
import dev.sluice.routing.config.ConfigException;
import dev.sluice.routing.config.SiblingLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
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
import java.util.concurrent.atomic.AtomicInteger;
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

  private static final String LAID_OUT =
      """
      # ours
      keys:
        - level: 3 # low
          id: web-1
          hash: %s
          account: acme
          models:
            - llama*
            - "qwen"
          # the night shift
          status: active

        # another
        - id: web-2
          hash: %s
          account: acme
          tier: spot
      """
          .formatted(hash(1), hash(2));

  private static String hash(int key) {
    return new KeyFingerprint(key, 0, 0, 0).text();
  }

  @Test
  void aPatchChangesWhatItNamesAndNothingElse() throws Exception {
    Path file = Files.writeString(folder.resolve("keys.yaml"), LAID_OUT);
    var editor = new KeyFileEditor(file);
    var patch = new KeyPatch(Map.of("level", Optional.empty(), "models", Optional.of("[gpt]"), "tier", Optional.of("premium"), "expires_at", Optional.of("2031-01-01T00:00:00Z")));

    assertThat(editor.change("web-1", present -> true, patch)).isInstanceOf(Edited.Done.class);

    assertThat(Files.readString(file))
        .isEqualTo(
            LAID_OUT
                .replace("  - level: 3 # low\n    id: web-1\n", "  - id: web-1\n")
                .replace("    models:\n      - llama*\n      - \"qwen\"\n", "    models: [gpt]\n")
                .replace(hash(1) + "\n", hash(1) + "\n    tier: premium\n    expires_at: 2031-01-01T00:00:00Z\n"));
    assertThat(editor.change("web-1", present -> present.entitlement().terms().level().isPresent(), patch)).isInstanceOf(Edited.Stale.class);
    assertThat(editor.change("nobody", present -> true, patch)).isEqualTo(new Edited.Unknown());
    assertThat(editor.revoke("web-2")).isEqualTo(KeyFileEditor.Revocation.REVOKED);
    assertThat(editor.revoke("web-2")).isEqualTo(KeyFileEditor.Revocation.ALREADY_REVOKED);
    assertThat(editor.change("web-2", present -> true, patch)).isInstanceOf(Edited.Conflict.class);
  }

  @Test
  void whatAKeyFileDoesNotTakeChangesNothing() throws Exception {
    Path file = Files.writeString(folder.resolve("keys.yaml"), LAID_OUT);
    for (Map.Entry<String, String> bad : Map.of("level", "77", "models", "[a b]", "expires_at", "soon", "weight", "-1", "status", "asleep", "tier", "a: b").entrySet()) {
      var patch = new KeyPatch(Map.of(bad.getKey(), Optional.of(bad.getValue())));
      assertThatThrownBy(() -> new KeyFileEditor(file).change("web-1", present -> true, patch)).as(bad.getKey()).isInstanceOf(ConfigException.class);
    }
    assertThat(Files.readString(file)).isEqualTo(LAID_OUT);
    String flow = "keys: [{id: a, hash: \"" + hash(3) + "\", account: acme}]\n";
    Files.writeString(file, flow);
    assertThatThrownBy(() -> new KeyFileEditor(file).change("a", present -> true, new KeyPatch(Map.of("level", Optional.of("1"))))).isInstanceOf(KeyLayoutException.class);
    assertThat(Files.readString(file)).isEqualTo(flow);
  }

  @Test
  void aRotationMakesAnHeirWithTheSameTermsAndEndsTheOldKey() throws Exception {
    Path file = Files.writeString(folder.resolve("keys.yaml"), LAID_OUT);
    var editor = new KeyFileEditor(file);
    var mint = new KeyMint(Pepper.parse("ab".repeat(32)).orElseThrow(), new SecureRandom());
    Instant now = Instant.parse("2027-01-01T00:00:00Z");
    Instant end = now.plusSeconds(3_600);
    KeyMint.Minted minted = mint.mint();

    Edited rotated = editor.rotate("web-1", present -> true, minted, now, end);

    assertThat(rotated).isInstanceOf(Edited.Done.class);
    List<KeyRecord> records = editor.records();
    KeyRecord old = records.getFirst();
    KeyRecord heir = records.getLast();
    assertThat(rotated).isEqualTo(new Edited.Done(heir));
    assertThat(heir.fingerprint()).isEqualTo(minted.fingerprint());
    assertThat(heir.rotatedFrom()).contains("web-1");
    assertThat(heir.entitlement().keyId()).isEqualTo("acme-1");
    assertThat(heir.entitlement().terms()).isEqualTo(old.entitlement().terms());
    assertThat(heir.entitlement().models()).containsExactlyInAnyOrder("llama*", "qwen");
    assertThat(heir.entitlement().expiresAt()).isEmpty();
    assertThat(old.entitlement().expiresAt()).contains(end);
    assertThat(records.get(1).entitlement().keyId()).isEqualTo("web-2");
    assertThat(Files.readString(file)).startsWith("# ours\nkeys:\n  - level: 3 # low\n").contains("# another");
    assertThat(editor.rotate("web-1", present -> true, mint.mint(), now, end)).isInstanceOf(Edited.Conflict.class);
    assertThat(editor.rotate("web-2", present -> false, mint.mint(), now, end)).isInstanceOf(Edited.Stale.class);
    assertThat(editor.rotate("acme-1", present -> true, mint.mint(), now, end)).as("an heir can be replaced in turn").isInstanceOf(Edited.Done.class);
    assertThat(editor.rotate("acme-1", present -> true, mint.mint(), end, end)).as("it has expired").isInstanceOf(Edited.Conflict.class);
  }

  @Test
  void ofChangesAtOnceThatSawTheSameEntryOneCounts() throws Exception {
    Path file = Files.writeString(folder.resolve("keys.yaml"), LAID_OUT);
    KeyRecord seen = new KeyFileEditor(file).records().getFirst();
    var level = new AtomicInteger();
    Set<Edited> results =
        atOnce(
            () -> new KeyFileEditor(file).change("web-1", seen::equals, new KeyPatch(Map.of("level", Optional.of(Integer.toString(4 + level.incrementAndGet()))))));

    assertThat(results).filteredOn(Edited.Done.class::isInstance).hasSize(1);
    assertThat(results).filteredOn(Edited.Stale.class::isInstance).isNotEmpty();
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
