// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.e2e;

import dev.sluice.scheduler.Ticker;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import javax.tools.ToolProvider;

/**
 * The clock on the wall of a runner process, which a test sets while it runs; the steady clock goes on as ever. Thread-safe.
 *
 * <p>Everything in the product reads the wall through one class, {@code Clocks}. The process gets another one of that name on its boot class path,
 * which comes before its jar: the same, but for an offset that it reads from a file. So the product is the one that is shipped, in a process of
 * its own, without a seam for tests.
 */
final class WallClock {
  private static final String CLOCKS =
      """
      package dev.sluice.plugin.time;

      public final class Clocks {
        private static final java.nio.file.Path OFFSET = java.nio.file.Path.of(System.getProperty("t.clock"));

        public static dev.sluice.scheduler.Ticker monotonic() {
          return System::nanoTime;
        }

        public static java.time.InstantSource wall() {
          return () -> {
            try {
              return java.time.Instant.now().plus(java.time.Duration.parse(java.nio.file.Files.readString(OFFSET)));
            } catch (java.io.IOException e) {
              throw new java.io.UncheckedIOException(e);
            }
          };
        }
      }
      """;

  private final Path folder;
  private Duration offset = Duration.ZERO;

  /** A clock that is right, with its files in {@code folder}. */
  WallClock(Path folder) {
    this.folder = folder;
    try {
      Path source = Files.writeString(Files.createDirectories(folder.resolve("source")).resolve("Clocks.java"), CLOCKS);
      Path classes = Files.createDirectories(folder.resolve("classes"));
      String[] arguments = {"-proc:none", "--release", "21", "-cp", System.getProperty("java.class.path"), "-d", classes.toString(), source.toString()};
      if (ToolProvider.getSystemJavaCompiler().run(null, null, null, arguments) != 0) {
        throw new IllegalStateException("the clock does not compile");
      }
      // What the boot class path has is not looked for in the jar, nor does it see the jar.
      Path ticker = classes.resolve("dev/sluice/scheduler/Ticker.class");
      Files.createDirectories(ticker.getParent());
      try (InputStream bytes = Ticker.class.getResourceAsStream("Ticker.class")) {
        Files.copy(bytes, ticker, StandardCopyOption.REPLACE_EXISTING);
      }
      set(Duration.ZERO);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What the runner's environment needs. */
  Map<String, String> environment() {
    return Map.of("SLUICE_JAVA_OPTS", "-Xbootclasspath/a:" + folder.resolve("classes") + " -Dt.clock=" + folder.resolve("offset"));
  }

  /** Sets the clock so far ahead of the right time. */
  synchronized void set(Duration ahead) {
    try {
      Path next = Files.writeString(folder.resolve("offset.next"), ahead.toString());
      Files.move(next, folder.resolve("offset"), StandardCopyOption.ATOMIC_MOVE);
      offset = ahead;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What it shows. */
  synchronized Instant now() {
    return Instant.now().plus(offset);
  }
}
