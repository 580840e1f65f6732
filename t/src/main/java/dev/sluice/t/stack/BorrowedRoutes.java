// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.stack;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/**
 * The {@code conf/apisix.yaml} of a gateway that somebody else runs: replaced while a stack uses it, then as it was. Not thread-safe.
 *
 * <p>The file is written in place, because it may be mounted by itself into a container, where a file put in its stead would not be
 * seen; APISIX leaves a file alone that does not end in {@code #END} yet. APISIX takes notice of a modification time in whole
 * seconds that differs from the last one, so each writing moves it by at least one.
 */
final class BorrowedRoutes implements AutoCloseable {
  private final Path file;
  private final Optional<byte[]> before;

  private BorrowedRoutes(Path file, Optional<byte[]> before) {
    this.file = file;
    this.before = before;
  }

  /** Puts {@code yaml} in the place of what the file holds. */
  static BorrowedRoutes replace(Path file, String yaml) {
    try {
      BorrowedRoutes routes = new BorrowedRoutes(file, Files.exists(file) ? Optional.of(Files.readAllBytes(file)) : Optional.empty());
      write(file, yaml.getBytes(StandardCharsets.UTF_8));
      return routes;
    } catch (IOException e) {
      throw new UncheckedIOException(file + ": cannot be replaced (expected: the conf/apisix.yaml of the running gateway, writable)", e);
    }
  }

  private static void write(Path file, byte[] bytes) throws IOException {
    Instant seen = Files.exists(file) ? Files.getLastModifiedTime(file).toInstant().truncatedTo(ChronoUnit.SECONDS) : Instant.EPOCH;
    Files.write(file, bytes);
    Instant next = seen.plus(Duration.ofSeconds(1));
    if (Files.getLastModifiedTime(file).toInstant().isBefore(next)) {
      Files.setLastModifiedTime(file, FileTime.from(next));
    }
  }

  /** Puts back what was there; a file that was not there goes. */
  @Override
  public void close() {
    try {
      if (before.isPresent()) {
        write(file, before.get());
      } else {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(file + ": cannot be put back as it was", e);
    }
  }
}
