// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.store;

import dev.sluice.routing.KeyFingerprint;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;

/** Tables that are a map, and can be away or slow. Their time stands. Thread-safe. */
final class MemoryTable implements KeyTable {
  static final long NOW_MICROS = 1_000_000_000_000L;

  private static final Comparator<KeyFingerprint> ORDER =
      Comparator.comparing(KeyFingerprint::first, Long::compareUnsigned)
          .thenComparing(KeyFingerprint::second, Long::compareUnsigned)
          .thenComparing(KeyFingerprint::third, Long::compareUnsigned)
          .thenComparing(KeyFingerprint::fourth, Long::compareUnsigned);

  private final Map<KeyFingerprint, Written> rows = new ConcurrentSkipListMap<>(ORDER);
  private final AtomicBoolean away = new AtomicBoolean();
  private volatile CountDownLatch findable = new CountDownLatch(0);
  private volatile CountDownLatch readable = new CountDownLatch(0);

  /** A row and when it was last written. */
  private record Written(KeyRow row, long micros) {}

  /** Rows that were written long ago. */
  MemoryTable(List<KeyRow> rows) {
    rows.forEach(row -> write(row, Duration.ofDays(1)));
  }

  /** A row is this since so long ago. */
  void write(KeyRow row, Duration ago) {
    rows.put(row.fingerprint(), new Written(row, NOW_MICROS - ago.toMillis() * 1_000));
  }

  /** Whoever reads many keys waits until the latch opens. */
  void holdReadings(CountDownLatch latch) {
    readable = latch;
  }

  /** Everybody waits until the latch opens. */
  void hold(CountDownLatch latch) {
    findable = latch;
    readable = latch;
  }

  void away(boolean now) {
    away.set(now);
  }

  @Override
  public LayerAnswer find(KeyFingerprint key) {
    try {
      await(findable);
    } catch (StoreException e) {
      return new LayerAnswer.Failed(e.failure());
    }
    Written found = rows.get(key);
    return found == null ? LayerAnswer.KNOWN_ABSENT : new LayerAnswer.Found(found.row().entitlement());
  }

  @Override
  public long readAll(RowReader reader) throws StoreException {
    await(readable);
    for (Written written : rows.values()) {
      reader.read(written.row());
    }
    return NOW_MICROS;
  }

  @Override
  public KeyTable.Written writtenSince(long sinceMicros, int maxRows) throws StoreException {
    await(readable);
    return new KeyTable.Written(NOW_MICROS, rows.values().stream().filter(written -> written.micros() >= sinceMicros).limit(maxRows).map(Written::row).toList());
  }

  @Override
  public void probe() {}

  private void await(CountDownLatch latch) throws StoreException {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new StoreException(FailureCause.BUSY, "interrupted");
    }
    if (away.get()) {
      throw new StoreException(FailureCause.DISCONNECTED, "away");
    }
  }
}
