// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FilesTest {
  @TempDir private Path folder;

  @Test
  void anAtomicWriteKeepsTheModeAndTheLink() throws Exception {
    Path real = Files.writeString(folder.resolve("real"), "old");
    Files.setPosixFilePermissions(real, PosixFilePermissions.fromString("rw-r-----"));
    Path link = Files.createSymbolicLink(folder.resolve("link"), real);
    AtomicFile.write(link, "new", AtomicFile.PRIVATE);

    assertThat(link).isSymbolicLink();
    assertThat(real).hasContent("new");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(real))).isEqualTo("rw-r-----");
    try (var left = Files.list(folder)) {
      assertThat(left).containsExactlyInAnyOrder(real, link);
    }
  }

  @Test
  void anAtomicWriteMakesTheFolderAndAPrivateFile() throws Exception {
    Path file = folder.resolve("a/b");
    AtomicFile.write(file, "x", AtomicFile.PRIVATE);

    assertThat(file).hasContent("x");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file))).isEqualTo("rw-------");
  }

  @Test
  void aSecretFollowsItsFileAndSurvivesItsLoss() throws Exception {
    Path file = Files.writeString(folder.resolve("s"), " first \n");
    Secret secret = Secret.ofFile(file).orElseThrow();
    assertThat(secret.reveal()).isEqualTo("first");

    Files.writeString(file, "second");
    assertThat(secret.reveal()).isEqualTo("first");
    secret.refresh();
    assertThat(secret.reveal()).isEqualTo("second");

    for (String unusable : new String[] {"", "two\nlines", "é", "x".repeat(9000)}) {
      Files.writeString(file, unusable);
      secret.refresh();
      assertThat(secret.reveal()).isEqualTo("second");
    }
    Files.delete(file);
    secret.refresh();
    assertThat(secret.reveal()).isEqualTo("second");
    assertThat(secret).hasToString("***");
  }

  @Test
  void aSecretInAVariableIsOneLine() {
    assertThat(Secret.ofVariable(Map.of("A", "x"), "A")).isPresent();
    assertThat(Secret.ofVariable(Map.of("A", ""), "A")).isEmpty();
    assertThat(Secret.ofVariable(Map.of("A", "x\r\nx-evil: 1"), "A")).isEmpty();
    assertThat(Secret.ofVariable(Map.of(), "A")).isEmpty();
  }

  @Test
  void theWatcherLooksByItself() throws Exception {
    Path file = Files.writeString(folder.resolve("w"), "1");
    var changed = new CountDownLatch(2);
    try (var executor = Executors.newSingleThreadScheduledExecutor()) {
      new FileWatcher(file, changed::countDown).start(executor, Duration.ofMillis(1));
      Files.writeString(file, "22");
      assertThat(changed.await(10, TimeUnit.SECONDS)).as("the change and one look after it").isTrue();
      executor.shutdownNow();
    }
  }
}
