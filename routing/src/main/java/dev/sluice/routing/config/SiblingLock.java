// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.config;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The right to read a file, change it and write it back with nobody else doing so: a lock on an empty file beside it, which
 * stays. The file itself cannot carry the lock, as {@link AtomicFile} replaces it. It binds only those who take it, in this and
 * in other processes of the machine; it ends with the process at the latest. Not thread-safe; closed by the thread that took it.
 */
public final class SiblingLock implements AutoCloseable {
  /** A file lock is the process's, and refuses a second thread instead of letting it wait. */
  private static final ReentrantLock threads = new ReentrantLock();

  private final FileChannel channel;

  private SiblingLock(FileChannel channel) {
    this.channel = channel;
  }

  /** Waits until nobody holds the lock of {@code file}, which need not exist. */
  public static SiblingLock take(Path file) throws IOException {
    Path target = Files.exists(file) ? file.toRealPath() : file.toAbsolutePath();
    Path sibling = target.resolveSibling("." + target.getFileName() + ".lock");
    Files.createDirectories(target.resolveSibling("."));
    threads.lock();
    try {
      var options = EnumSet.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      FileChannel channel = FileChannel.open(sibling, options, PosixFilePermissions.asFileAttribute(AtomicFile.PRIVATE));
      return locked(channel);
    } catch (IOException | RuntimeException e) {
      threads.unlock();
      throw e;
    }
  }

  private static SiblingLock locked(FileChannel channel) throws IOException {
    try {
      channel.lock();
      return new SiblingLock(channel);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  /** Gives the right back. */
  @Override
  public void close() throws IOException {
    try {
      channel.close();
    } finally {
      threads.unlock();
    }
  }
}
