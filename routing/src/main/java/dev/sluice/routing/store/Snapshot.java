// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.store;

import dev.sluice.routing.Entitlement;
import dev.sluice.routing.KeyFingerprint;
import dev.sluice.routing.KeyStatus;
import dev.sluice.routing.key.Pepper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * All keys as they were at one instant, in a file that is mapped into memory, so that it costs no heap. Immutable; thread-safe.
 *
 * <p>The file: a header of {@value #HEADER} bytes (magic, version, instant, the tables' time, count, length of the records), the records, a
 * table of fingerprints in unsigned order, each with the place of its record, and a checksum under the pepper over all before it. It is
 * used whole or not at all, and holds no key.
 */
public final class Snapshot {
  static final long MAGIC = 0x01534c5543454b31L;
  static final int HEADER = 48;
  static final int ENTRY = 36;
  static final int SEAL = 32;

  private final ByteBuffer content;
  private final int count;
  private final int tableAt;

  private Snapshot(ByteBuffer content) {
    this.content = content;
    this.count = content.getInt(32);
    this.tableAt = HEADER + content.getInt(36);
  }

  /**
   * Opens a file.
   *
   * @param peppers the checksum is to be one under any of these
   * @return empty if there is no file
   * @throws StoreException if it is not whole or not one of ours
   */
  public static Optional<Snapshot> open(Path file, List<Pepper> peppers) throws StoreException {
    try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
      if (channel.size() > Integer.MAX_VALUE) {
        throw new StoreException(FailureCause.MALFORMED, "larger than 2 GiB");
      }
      return Optional.of(of(channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size()), peppers));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new StoreException(FailureCause.ERROR, "cannot be read (" + e.getClass().getSimpleName() + ")");
    }
  }

  /** The snapshot in bytes. */
  static Snapshot of(ByteBuffer bytes, List<Pepper> peppers) throws StoreException {
    int end = bytes.limit() - SEAL;
    if (end < HEADER || bytes.getLong(0) != MAGIC) {
      throw new StoreException(FailureCause.MALFORMED, "no snapshot");
    }
    long count = bytes.getInt(32);
    long records = bytes.getInt(36);
    if (count < 0 || records < 0 || HEADER + records + count * ENTRY != end) {
      throw new StoreException(FailureCause.MALFORMED, "not as long as it says");
    }
    byte[] seal = new byte[SEAL];
    bytes.get(end, seal);
    ByteBuffer sealed = bytes.slice(0, end);
    for (Pepper pepper : peppers) {
      if (MessageDigest.isEqual(seal, pepper.seal(sealed))) {
        return new Snapshot(bytes);
      }
    }
    throw new StoreException(FailureCause.MALFORMED, "checksum does not match");
  }

  /** Grows with each snapshot of an installation's file. */
  public long version() {
    return content.getLong(8);
  }

  /** When the reading of the tables began. */
  public Instant takenAt() {
    return Instant.ofEpochMilli(content.getLong(16));
  }

  /** The same by the tables' clock, in microseconds since the epoch. */
  long tablesMicros() {
    return content.getLong(24);
  }

  /** Number of keys, whatever their status. */
  public int size() {
    return count;
  }

  /** The entitlement of a key as it was; empty if the snapshot lacks it. */
  Optional<Entitlement> find(KeyFingerprint key) {
    int low = 0;
    int high = count - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      int order = compare(fingerprint(middle), key);
      if (order == 0) {
        return record(middle);
      } else if (order < 0) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return Optional.empty();
  }

  private Optional<Entitlement> record(int index) {
    int at = HEADER + content.getInt(tableAt + index * ENTRY + 32);
    byte[] record = new byte[content.getInt(at)];
    content.get(at + Integer.BYTES, record);
    return EntitlementCodec.decode(record, 0, record.length);
  }

  boolean revoked(int index) {
    return EntitlementCodec.status(content, HEADER + content.getInt(tableAt + index * ENTRY + 32) + Integer.BYTES) == KeyStatus.REVOKED;
  }

  KeyFingerprint fingerprint(int index) {
    int at = tableAt + index * ENTRY;
    return new KeyFingerprint(content.getLong(at), content.getLong(at + 8), content.getLong(at + 16), content.getLong(at + 24));
  }

  /** The order of fingerprints as unsigned bytes, which is that of the tables. */
  static int compare(KeyFingerprint one, KeyFingerprint other) {
    int order = Long.compareUnsigned(one.first(), other.first());
    order = order != 0 ? order : Long.compareUnsigned(one.second(), other.second());
    order = order != 0 ? order : Long.compareUnsigned(one.third(), other.third());
    return order != 0 ? order : Long.compareUnsigned(one.fourth(), other.fourth());
  }
}
