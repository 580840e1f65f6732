// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.decision;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file of decisions and of their ends, one JSON object a line, written by a thread of its own. Thread-safe; writing never waits.
 *
 * <p>What comes faster than the disk takes it is dropped and counted. A file that has reached its size is renamed to end in {@code
 * .1}, in place of an earlier one, and a new one is begun, so both together take at most twice that size and a line each.
 */
public final class DecisionFile implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(DecisionFile.class);
  private static final int QUEUED = 16_384;

  private static final int CLOSE_MILLIS = 500;

  private final Path file;
  private final long maxBytes;

  /** Empty for the end. */
  private final BlockingQueue<Optional<TimedDecision>> queue = new LinkedBlockingQueue<>(QUEUED);
  private final AtomicLong dropped = new AtomicLong();
  private final Thread thread;
  private volatile boolean closing;

  /** Confined to the thread from its start on. */
  private OutputStream output;

  /** Of the file, likewise. */
  private long bytes;

  /**
   * Opens {@code file} for appending.
   *
   * @param maxBytes at which a new file is begun; at least 1
   * @throws IOException if it cannot be written
   */
  public DecisionFile(Path file, long maxBytes) throws IOException {
    this.file = file;
    this.maxBytes = maxBytes;
    Path folder = file.toAbsolutePath().getParent();
    if (folder != null) {
      Files.createDirectories(folder);
    }
    this.output = open();
    this.bytes = Files.size(file);
    this.thread = Thread.ofPlatform().name("sluice-decisions").daemon(true).unstarted(this::run);
    thread.start();
  }

  private OutputStream open() throws IOException {
    return new BufferedOutputStream(Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND));
  }

  void write(TimedDecision decision) {
    if (closing || !queue.offer(Optional.of(decision))) {
      dropped.incrementAndGet();
    }
  }

  /** Decisions that are not in the file, because they came too fast or too late. */
  public long dropped() {
    return dropped.get();
  }

  private void run() {
    try {
      List<Optional<TimedDecision>> batch = new ArrayList<>();
      while (!batch.contains(Optional.<TimedDecision>empty())) {
        batch.clear();
        batch.add(queue.take());
        queue.drainTo(batch);
        for (Optional<TimedDecision> decision : batch) {
          if (decision.isPresent()) {
            writeLine(DecisionJson.line(decision.get()) + "\n");
          }
        }
        output.flush();
      }
    } catch (IOException | InterruptedException e) {
      log.error("the decision file is given up file={}", file, e);
    } finally {
      closing = true;
      dropped.addAndGet(queue.size());
      closeOutput();
    }
  }

  private void writeLine(String line) throws IOException {
    byte[] encoded = line.getBytes(StandardCharsets.UTF_8);
    output.write(encoded);
    bytes += encoded.length;
    if (bytes >= maxBytes) {
      output.close();
      Files.move(file, file.resolveSibling(file.getFileName() + ".1"), StandardCopyOption.REPLACE_EXISTING);
      output = open();
      bytes = 0;
    }
  }

  private void closeOutput() {
    try {
      output.close();
    } catch (IOException e) {
      log.error("the decision file was not closed file={}", file, e);
    }
  }

  /** Writes what is queued and closes the file; waits a second at most. */
  @Override
  public void close() {
    closing = true;
    try {
      if (queue.offer(Optional.empty(), CLOSE_MILLIS, TimeUnit.MILLISECONDS)) {
        thread.join(CLOSE_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
