// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.store;

import dev.sluice.routing.KeyFingerprint;
import java.util.List;

/** The tables of keys: the truth. Implementations are thread-safe and never throw unless it says so. */
public interface KeyTable {
  /** What the tables say of a key: {@link LayerAnswer.Found}, {@link LayerAnswer.KnownAbsent} or {@link LayerAnswer.Failed}. Blocks up to its deadline. */
  LayerAnswer find(KeyFingerprint key);

  /**
   * Every key, in the order of their fingerprints as unsigned bytes. Blocks until done.
   *
   * @return the tables' time at which the reading began, in microseconds since the epoch
   * @throws StoreException if the tables could not be read to the end
   */
  long readAll(RowReader reader) throws StoreException;

  /**
   * The keys written since an instant, in no order.
   *
   * @param sinceMicros the tables' time, in microseconds since the epoch
   * @param maxRows stops behind so many
   */
  Written writtenSince(long sinceMicros, int maxRows) throws StoreException;

  /** Tries tables that failed, if it is time to; called again and again by somebody whom no request waits for. */
  void probe();

  /** Takes rows in. */
  @FunctionalInterface
  interface RowReader {
    /** Takes one row in. */
    void read(KeyRow row) throws StoreException;
  }

  /**
   * Rows written lately. Immutable.
   *
   * @param nowMicros the tables' time of the reading, in microseconds since the epoch
   */
  record Written(long nowMicros, List<KeyRow> rows) {
    public Written {
      rows = List.copyOf(rows);
    }
  }
}
