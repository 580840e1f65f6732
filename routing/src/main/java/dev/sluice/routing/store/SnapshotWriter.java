// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.store;

import dev.sluice.routing.KeyFingerprint;
import dev.sluice.routing.config.AtomicFile;
import dev.sluice.routing.key.Pepper;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes a snapshot beside its file and renames it over the file once it is whole, sealed and forced to disk. Rows come in the order of their
 * fingerprints. Not thread-safe.
 */
final class SnapshotWriter implements AutoCloseable {
  private final Path file;
  private final Path temporary;
  private final FileChannel channel;
  private final DataOutputStream records;
  private final ByteArrayOutputStream table = new ByteArrayOutputStream(1 << 16);
  private final DataOutputStream entries = new DataOutputStream(table);
  private @Nullable KeyFingerprint last;
  private int count;

  SnapshotWriter(Path file) throws IOException {
    this.file = file.toAbsolutePath();
    Path folder = this.file.resolveSibling("");
    Files.createDirectories(folder);
    temporary = Files.createTempFile(folder, "." + file.getFileName(), ".tmp", PosixFilePermissions.asFileAttribute(AtomicFile.PRIVATE));
    channel = FileChannel.open(temporary, StandardOpenOption.READ, StandardOpenOption.WRITE);
    channel.position(Snapshot.HEADER);
    records = new DataOutputStream(new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 16));
  }

  /** Adds a row. */
  void add(KeyRow row) throws IOException {
    KeyFingerprint key = row.fingerprint();
    if (last != null && Snapshot.compare(last, key) >= 0) {
      throw new IOException("rows out of order");
    }
    last = key;
    entries.writeLong(key.first());
    entries.writeLong(key.second());
    entries.writeLong(key.third());
    entries.writeLong(key.fourth());
    entries.writeInt(records.size());
    byte[] record = EntitlementCodec.encode(row.entitlement());
    records.writeInt(record.length);
    records.write(record);
    count++;
    if ((long) records.size() + table.size() > Integer.MAX_VALUE - (1 << 20)) {
      throw new IOException("more than 2 GiB");
    }
  }

  int count() {
    return count;
  }

  /** Seals what was added, puts it in the file's place and opens it. */
  Snapshot finish(long version, Instant takenAt, long tablesMicros, Pepper pepper) throws IOException, StoreException {
    records.flush();
    var header = ByteBuffer.allocate(Snapshot.HEADER).putLong(Snapshot.MAGIC).putLong(version).putLong(takenAt.toEpochMilli()).putLong(tablesMicros);
    header.putInt(count).putInt(records.size()).putLong(0).flip();
    write(ByteBuffer.wrap(table.toByteArray()), channel.position());
    write(header, 0);
    long end = channel.size();
    write(ByteBuffer.wrap(pepper.seal(channel.map(FileChannel.MapMode.READ_ONLY, 0, end))), end);
    channel.force(true);
    Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    try (var folder = FileChannel.open(file.resolveSibling(""), StandardOpenOption.READ)) {
      folder.force(true);
    }
    return Snapshot.open(file, List.of(pepper)).orElseThrow(() -> new IOException("vanished"));
  }

  private void write(ByteBuffer bytes, long at) throws IOException {
    long position = at;
    while (bytes.hasRemaining()) {
      position += channel.write(bytes, position);
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
    Files.deleteIfExists(temporary);
  }
}
