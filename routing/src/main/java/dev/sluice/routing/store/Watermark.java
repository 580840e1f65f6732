// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.store;

import dev.sluice.routing.KeyFingerprint;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * How far the tables' record of changes has been read: from where each reading goes on, and which of its rows are new to this node. Not thread-safe.
 *
 * <p>A row's time is its transaction's begin, so it may show up later than others of its time: readings overlap, and now and then as widely as long
 * transactions want. The first reading goes back as far as the shared cache may, since nobody else may have dropped what it holds of a key that
 * changed while no process, or none that reached the cache, was there to do so.
 */
final class Watermark {
  private static final long OVERLAP_MICROS = 5_000_000;

  /** The same for long transactions, looked at now and then, and after all keys were read. */
  private static final long WIDE_OVERLAP_MICROS = 60_000_000;

  private static final int WIDE_EVERY = 20;
  private static final int MAX_ROWS = 20_000;

  /** Of a reading that goes back further than any overlap, as it may find many and must end in time like any other. */
  private static final int MAX_ROWS_FAR_BACK = 2_000;

  private final long cacheMicros;
  private final Map<KeyFingerprint, Long> seen = new HashMap<>();
  private boolean set;
  private boolean everReached;
  private long micros;
  private long reachMicros;
  private long readings;

  /**
   * One reading. Immutable.
   *
   * @param sinceMicros the tables' time, in microseconds since the epoch
   * @param maxRows where it stops
   * @param wide whether it overlaps the one before as long transactions want
   * @param farBack whether it goes back further than that
   */
  record Reading(long sinceMicros, int maxRows, boolean wide, boolean farBack) {
    /** Whether it may have stopped before the end. */
    boolean full(List<KeyRow> rows) {
      return rows.size() >= maxRows;
    }
  }

  /**
   * A watermark that is not set yet.
   *
   * @param cacheKeeps how long an entry of the shared cache stays at most
   */
  Watermark(Duration cacheKeeps) {
    cacheMicros = TimeUnit.MILLISECONDS.toMicros(cacheKeeps.toMillis());
  }

  /** Whether all keys have been read, so that there is something to go on from. */
  boolean isSet() {
    return set;
  }

  /** All keys were read as they were at {@code tablesMicros}. */
  void set(long tablesMicros) {
    set = true;
    micros = tablesMicros;
    reachMicros = WIDE_OVERLAP_MICROS + (everReached ? 0 : cacheMicros);
    seen.clear();
  }

  /** The next reading; one that finds nothing where the watermark is not set, as then only whether the tables answer is of interest. */
  Reading next() {
    boolean wide = readings++ % WIDE_EVERY == 0;
    long reach = Math.max(reachMicros, wide ? WIDE_OVERLAP_MICROS : OVERLAP_MICROS);
    boolean farBack = reach > WIDE_OVERLAP_MICROS;
    return new Reading(set ? micros - reach : Long.MAX_VALUE / 2, farBack ? MAX_ROWS_FAR_BACK : MAX_ROWS, wide, farBack);
  }

  /** Whether a row is new, or not as it was; it is not the next time. */
  boolean takeNew(KeyRow row) {
    Long before = seen.put(row.fingerprint(), row.version());
    return before == null || before != row.version();
  }

  /** The next reading goes back no further than any overlap. */
  void giveUpFarBack() {
    reachMicros = WIDE_OVERLAP_MICROS;
  }

  /** A reading came to the end. */
  void reached(Reading reading, KeyTable.Written written) {
    reachMicros = 0;
    micros = Math.max(micros, written.nowMicros());
    if (reading.wide()) {
      seen.keySet().retainAll(written.rows().stream().map(KeyRow::fingerprint).collect(Collectors.toSet()));
    }
    everReached = true;
  }
}
