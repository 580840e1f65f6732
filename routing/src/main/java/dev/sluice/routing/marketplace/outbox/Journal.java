// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.marketplace.outbox;

import dev.sluice.routing.config.AtomicFile;
import dev.sluice.routing.marketplace.UsageReport;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A process's file of entries in a folder that several processes may share. Each holds a lock on its own file, so the files without
 * one are those of processes that have ended. Not thread-safe; confined to the outbox's writing thread. Blocks on files.
 */
final class Journal implements AutoCloseable {
  private static final String ENDING = ".jsonl";
  private static final long MAX_ORPHAN_BYTES = 256L << 20;

  private final Path folder;
  private final String name;
  private int generation;
  private Path file;
  private @Nullable FileChannel channel;
  private long bytes;

  /**
   * The journal of a process; its file is made with the first entry.
   *
   * @param name unique among processes
   */
  Journal(Path folder, String name) {
    this.folder = folder;
    this.name = name;
    this.file = file(0);
  }

  private Path file(int number) {
    return folder.resolve(name + "-" + number + ENDING);
  }

  /** Appends entries and forces them to disk. */
  void append(List<Entry> entries) throws IOException {
    FileChannel present = channel;
    FileChannel open = present != null && present.isOpen() ? present : begin();
    channel = open;
    write(open, entries);
  }

  private void write(FileChannel open, List<Entry> entries) throws IOException {
    var text = new StringBuilder();
    entries.forEach(entry -> text.append(Entry.line(entry)).append('\n'));
    ByteBuffer lines = ByteBuffer.wrap(text.toString().getBytes(StandardCharsets.UTF_8));
    bytes += lines.remaining();
    while (lines.hasRemaining()) {
      open.write(lines);
    }
    open.force(false);
  }

  /** A new file of a name of its own, locked; its name is on disk, too. */
  private FileChannel begin() throws IOException {
    Files.createDirectories(folder);
    while (true) {
      Path next = file(++generation);
      FileChannel made =
          FileChannel.open(
              next, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, StandardOpenOption.APPEND), PosixFilePermissions.asFileAttribute(AtomicFile.PRIVATE));
      // Another process may have taken it for a left one in between, and then it is gone or locked.
      if (made.tryLock() != null && Files.exists(next)) {
        try (var entry = FileChannel.open(folder, StandardOpenOption.READ)) {
          entry.force(true);
        }
        file = next;
        bytes = 0;
        return made;
      }
      made.close();
    }
  }

  /** Bytes in the file. */
  long bytes() {
    return bytes;
  }

  /** Moves on to a new file with these entries only; also after a failure, since the old one may end in a torn line. */
  void rewrite(List<Entry> entries) throws IOException {
    Path before = file;
    FileChannel old = channel;
    FileChannel next = begin();
    try {
      write(next, entries);
    } catch (IOException e) {
      Files.deleteIfExists(file);
      file = before;
      next.close();
      throw e;
    }
    channel = next;
    if (old != null) {
      Files.deleteIfExists(before);
      old.close();
    }
  }

  /** What processes that have ended left behind, in order; files that cannot be taken over are left alone. */
  List<Orphan> orphans() throws IOException {
    List<Orphan> orphans = new ArrayList<>();
    if (!Files.isDirectory(folder)) {
      return orphans;
    }
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*" + ENDING)) {
      for (Path other : files) {
        if (!other.equals(file)) {
          orphan(other).ifPresent(orphans::add);
        }
      }
    }
    return orphans;
  }

  private static Optional<Orphan> orphan(Path other) throws IOException {
    FileChannel found = FileChannel.open(other, StandardOpenOption.READ, StandardOpenOption.WRITE);
    try {
      FileLock lock = found.size() > MAX_ORPHAN_BYTES ? null : found.tryLock();
      if (lock == null || !Files.exists(other)) {
        found.close();
        return Optional.empty();
      }
    } catch (OverlappingFileLockException e) {
      found.close();
      return Optional.empty();
    }
    return Optional.of(new Orphan(other, found));
  }

  /** The file of a process that has ended, locked by this one. Not thread-safe. */
  static final class Orphan {
    private final Path file;
    private final FileChannel channel;

    private Orphan(Path file, FileChannel channel) {
      this.file = file;
      this.channel = channel;
    }

    /** What is left to report: ended purchases, and those whose end nobody will hear of. */
    List<UsageReport> left() throws IOException {
      ByteBuffer content = ByteBuffer.allocate((int) channel.size());
      while (content.hasRemaining() && channel.read(content) >= 0) {
        // until all is read
      }
      Map<String, UsageReport> left = new LinkedHashMap<>();
      for (String line : new String(content.array(), 0, content.position(), StandardCharsets.UTF_8).split("\n", -1)) {
        Entry.read(line)
            .ifPresent(
                entry -> {
                  switch (entry) {
                    case Entry.Opened opened -> left.put(opened.ifLost().requestId(), opened.ifLost());
                    case Entry.Used used -> left.put(used.report().requestId(), used.report());
                    case Entry.Done done -> left.remove(done.requestId());
                  }
                });
      }
      return List.copyOf(left.values());
    }

    /** Removes the file, whose content is safe elsewhere now. */
    void remove() throws IOException {
      Files.deleteIfExists(file);
      channel.close();
    }

    /** Lets go of the file, for another time. */
    void leave() throws IOException {
      channel.close();
    }
  }

  @Override
  public void close() throws IOException {
    FileChannel present = channel;
    channel = null;
    if (present != null) {
      present.close();
    }
  }

  /** Removes the own file, which holds nothing any more. */
  void remove() throws IOException {
    if (channel != null) {
      Files.deleteIfExists(file);
    }
    close();
  }
}
