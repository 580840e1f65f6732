// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.runner;

import dev.sluice.plugin.filter.FilterRegistry;
import dev.sluice.plugin.protocol.Bytes;
import dev.sluice.plugin.protocol.Field;
import dev.sluice.plugin.protocol.Verdict;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.apache.apisix.plugin.runner.filter.PluginFilter;

/** A runner on a socket of its own. */
final class TestRunner implements AutoCloseable {
  static final FailureAnswers ANSWERS =
      (path, failure) ->
          new Verdict.Stop(
              503,
              List.of(new Field("x-sluice-reason", failure.name().toLowerCase())),
              Bytes.of(path.getBytes(StandardCharsets.UTF_8)));

  final Path socket;
  final RunnerServer server;
  final Counts counts = new Counts();

  private TestRunner(Path socket, RunnerOptions options, FilterRegistry filters, Duration deadline) {
    this.socket = socket;
    this.server = new RunnerServer(options, filters, ANSWERS, counts, deadline);
    try {
      server.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static TestRunner with(PluginFilter... filters) {
    return with(Transport.AUTO, Duration.ofSeconds(55), filters);
  }

  static TestRunner with(Transport transport, Duration deadline, PluginFilter... filters) {
    FilterRegistry.Builder builder = FilterRegistry.builder();
    for (PluginFilter filter : filters) {
      builder.add(filter);
    }
    Path socket = newSocket();
    return new TestRunner(socket, options(socket, transport), builder.build(), deadline);
  }

  static TestRunner at(Path socket, FilterRegistry filters) {
    return new TestRunner(socket, options(socket, Transport.AUTO), filters, Duration.ofSeconds(55));
  }

  static RunnerOptions options(Path socket, Transport transport) {
    return new RunnerOptions(
        socket,
        PosixFilePermissions.fromString("rw-rw----"),
        Optional.empty(),
        2,
        4096,
        Duration.ofHours(1),
        transport);
  }

  static Path newSocket() {
    try {
      return Files.createTempDirectory("runner").resolve("runner.sock");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  TestGateway connect() {
    return new TestGateway(socket);
  }

  @Override
  public void close() {
    server.close();
  }

  /** Waits for something that another thread brings about; fails when it does not within a bound. */
  static void await(String what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + TestGateway.WAIT_MILLIS * 1_000_000;
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - deadline > 0) {
        throw new AssertionError("not within " + TestGateway.WAIT_MILLIS + " ms: " + what);
      }
      Thread.onSpinWait();
      Thread.yield();
    }
  }

  /** Counts events. */
  static final class Counts implements RunnerListener {
    final AtomicInteger opened = new AtomicInteger();
    final AtomicInteger closed = new AtomicInteger();
    final AtomicInteger calls = new AtomicInteger();
    final AtomicInteger replies = new AtomicInteger();
    final AtomicInteger abandoned = new AtomicInteger();
    final AtomicInteger malformed = new AtomicInteger();
    final AtomicInteger failures = new AtomicInteger();
    final AtomicInteger deadlines = new AtomicInteger();
    final AtomicInteger late = new AtomicInteger();
    final AtomicInteger confs = new AtomicInteger();

    @Override
    public void connectionOpened() {
      opened.incrementAndGet();
    }

    @Override
    public void connectionClosed() {
      closed.incrementAndGet();
    }

    @Override
    public void callOpened() {
      calls.incrementAndGet();
    }

    @Override
    public void replied(ReplyKind kind, long nanos) {
      replies.incrementAndGet();
    }

    @Override
    public void callAbandoned() {
      abandoned.incrementAndGet();
    }

    @Override
    public void malformedFrame() {
      malformed.incrementAndGet();
    }

    @Override
    public void filterFailed(String filterName) {
      failures.incrementAndGet();
    }

    @Override
    public void deadlineReached() {
      deadlines.incrementAndGet();
    }

    @Override
    public void lateAnswer() {
      late.incrementAndGet();
    }

    @Override
    public void confCount(int count) {
      confs.set(count);
    }
  }
}
