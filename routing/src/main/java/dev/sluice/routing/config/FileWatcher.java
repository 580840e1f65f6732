// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells when a file may have changed, by looking at its {@link FileStamp} at a fixed interval.
 *
 * <p>Looking was chosen over notification because it also sees what notification misses: network file systems, swapped links,
 * bind mounts. After a change the next look reports once more, since a writer may still have been at work, or may have written
 * twice within the resolution of the file's time; so whoever listens must take an unchanged file calmly. Not thread-safe;
 * confined to one executor.
 */
public final class FileWatcher {
  private static final Logger log = LoggerFactory.getLogger(FileWatcher.class);

  private final Path file;
  private final Runnable onChange;
  private FileStamp seen;
  private boolean settling;

  /**
   * @param onChange called on the executor, or by {@link #look()}
   */
  public FileWatcher(Path file, Runnable onChange) {
    this.file = file;
    this.onChange = onChange;
    this.seen = FileStamp.of(file);
  }

  /** Looks each {@code interval} on {@code executor} until the result is cancelled or the executor shut down. */
  public ScheduledFuture<?> start(ScheduledExecutorService executor, Duration interval) {
    return executor.scheduleWithFixedDelay(this::look, interval.toNanos(), interval.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** Looks once. What the listener throws is logged, so that the looking goes on. */
  public void look() {
    FileStamp now = FileStamp.of(file);
    boolean changed = !now.equals(seen);
    boolean tell = changed || settling;
    seen = now;
    settling = changed;
    if (tell) {
      try {
        onChange.run();
      } catch (RuntimeException e) {
        log.warn("file={} reload failed: {}", file.getFileName(), e.getClass().getName());
      }
    }
  }
}
