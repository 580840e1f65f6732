// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.store;

import dev.sluice.routing.KeyFingerprint;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;

/** Tables that are a map, and can be away. Thread-safe. */
final class MemoryTable implements KeyTable {
  private static final Comparator<KeyFingerprint> ORDER =
      Comparator.comparing(KeyFingerprint::first, Long::compareUnsigned)
          .thenComparing(KeyFingerprint::second, Long::compareUnsigned)
          .thenComparing(KeyFingerprint::third, Long::compareUnsigned)
          .thenComparing(KeyFingerprint::fourth, Long::compareUnsigned);

  private final Map<KeyFingerprint, KeyRow> rows = new TreeMap<>(ORDER);
  private final AtomicBoolean away = new AtomicBoolean();

  MemoryTable(List<KeyRow> rows) {
    rows.forEach(row -> this.rows.put(row.fingerprint(), row));
  }

  void away(boolean now) {
    away.set(now);
  }

  @Override
  public LayerAnswer find(KeyFingerprint key) {
    if (away.get()) {
      return new LayerAnswer.Failed(FailureCause.DISCONNECTED);
    }
    KeyRow row = rows.get(key);
    return row == null ? LayerAnswer.KNOWN_ABSENT : new LayerAnswer.Found(row.entitlement());
  }

  @Override
  public long readAll(RowReader reader) throws StoreException {
    fail();
    for (KeyRow row : rows.values()) {
      reader.read(row);
    }
    return 0;
  }

  @Override
  public Written writtenSince(long sinceMicros, int maxRows) throws StoreException {
    fail();
    return new Written(0, List.of());
  }

  @Override
  public void probe() {}

  private void fail() throws StoreException {
    if (away.get()) {
      throw new StoreException(FailureCause.DISCONNECTED, "away");
    }
  }
}
