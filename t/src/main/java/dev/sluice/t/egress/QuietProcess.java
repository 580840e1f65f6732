// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.egress;

import dev.sluice.t.stack.ChildProcess;
import dev.sluice.t.stack.Server;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A {@link QuietRun} under way. Thread-safe. */
public final class QuietProcess implements AutoCloseable {
  private static final Pattern RESULT = Pattern.compile("quiet: requests=(\\d+) failed=(\\d+) packets=(\\d+) connection=(\\d+) lookup=(\\d+)");
  private static final Duration SPARE = Duration.ofSeconds(400);

  private final ChildProcess process;
  private final Duration length;

  /**
   * What a run came to. Immutable.
   *
   * @param packets that left while there was traffic
   * @param connection packets of a deliberate connection
   * @param lookup packets of a deliberate lookup of a name
   */
  public record Result(long requests, long failed, long packets, long connection, long lookup) {}

  private QuietProcess(ChildProcess process, Duration length) {
    this.process = process;
    this.length = length;
  }

  /** Starts a run of {@code kind}, in a new folder. */
  public static QuietProcess start(String kind, long seconds) throws IOException {
    // Unix socket paths are short: the folder of the socket must not lie deep.
    Path folder = Files.createTempDirectory("quiet");
    List<String> options = new ArrayList<>(List.of("-Xmx256m", "-XX:+UseSerialGC"));
    options.addAll(Server.inside());
    List<String> inside =
        ChildProcess.java(
            options, QuietRun.class.getName(), List.of("--kind", kind, "--seconds", Long.toString(seconds), "--folder", folder.toString()));
    return new QuietProcess(ChildProcess.start(kind, Enclosure.around(inside, folder), Map.of(), folder), Duration.ofSeconds(seconds));
  }

  /** Waits for its end. */
  public Result result() {
    for (long end = System.nanoTime() + length.plus(SPARE).toNanos(); process.alive() && System.nanoTime() - end < 0; ) {
      LockSupport.parkNanos(100_000_000);
    }
    Matcher result = RESULT.matcher(process.output());
    if (!result.find()) {
      throw new IllegalStateException("no result: " + process.output());
    }
    return new Result(number(result, 1), number(result, 2), number(result, 3), number(result, 4), number(result, 5));
  }

  private static long number(Matcher result, int group) {
    return Long.parseLong(result.group(group));
  }

  @Override
  public void close() {
    process.close();
  }
}
