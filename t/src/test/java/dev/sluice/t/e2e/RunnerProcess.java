// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.e2e;

import dev.sluice.t.stack.ChildProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** What the operating system and the JDK's tools tell about a running runner. Immutable. */
record RunnerProcess(long pid) {
  static RunnerProcess of(ChildProcess process) {
    return new RunnerProcess(process.pid());
  }

  /** Bytes of reachable objects, after a full collection. */
  long liveHeapBytes() {
    String histogram = jcmd("GC.class_histogram");
    String total = histogram.lines().filter(line -> line.startsWith("Total")).findFirst().orElseThrow(() -> new IllegalStateException(histogram));
    return Long.parseLong(total.strip().split("\\s+")[2]);
  }

  /** Open file descriptors. */
  long openFiles() {
    try (Stream<Path> files = Files.list(Path.of("/proc", Long.toString(pid), "fd"))) {
      return files.count();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Resident memory. */
  double residentMiB() {
    try (Stream<String> lines = Files.lines(Path.of("/proc", Long.toString(pid), "status"))) {
      String line = lines.filter(l -> l.startsWith("VmRSS:")).findFirst().orElseThrow();
      return Long.parseLong(line.replaceAll("[^0-9]", "")) / 1024.0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String jcmd(String command) {
    ProcessBuilder builder =
        new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(), Long.toString(pid), command).redirectErrorStream(true);
    try {
      Process process = builder.start();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      process.waitFor();
      return output;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
