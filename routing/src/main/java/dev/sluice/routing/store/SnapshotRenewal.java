// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.store;

import com.github.benmanes.caffeine.cache.Ticker;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads all keys into a snapshot on disk and an index, and says when it is time to: an interval after the last reading began, or sooner if asked to.
 * Thread-safe; one reading runs at a time, on the thread of whoever {@linkplain #begin began} it, and is handed over by {@link #take}.
 */
final class SnapshotRenewal {
  /** After a reading that failed. */
  static final Duration RETRY = Duration.ofSeconds(5);

  private static final Logger log = LoggerFactory.getLogger(SnapshotRenewal.class);

  private final KeyUpkeep.Preparation preparation;
  private final KeyUpkeep.SnapshotFile file;
  private final Duration interval;
  private final KeyTable table;
  private final SnapshotLayer inForce;
  private final Ticker ticker;
  private final InstantSource wall;
  private final AtomicBoolean running = new AtomicBoolean();
  private final AtomicReference<Optional<AllKeys>> ready = new AtomicReference<>(Optional.empty());
  private final AtomicLong dueNanos;
  private volatile boolean prepared;
  private volatile boolean fails;

  /**
   * All keys as they were. Immutable but for the index.
   *
   * @param begunNanos when their reading began, by the steady clock
   */
  record AllKeys(Snapshot snapshot, KeyIndex index, long begunNanos) {
    AllKeys(Snapshot snapshot, long begunNanos) {
      this(snapshot, index(snapshot), begunNanos);
    }

    private static KeyIndex index(Snapshot snapshot) {
      var index = new KeyIndex(snapshot.size());
      for (int i = 0; i < snapshot.size(); i++) {
        if (!snapshot.revoked(i)) {
          index.add(snapshot.fingerprint(i));
        }
      }
      return index;
    }
  }

  /**
   * A renewal that is due.
   *
   * @param inForce where what was read is put in the end
   */
  SnapshotRenewal(
      KeyUpkeep.Preparation preparation, KeyUpkeep.SnapshotFile file, Duration interval, KeyTable table, SnapshotLayer inForce, LayeredKeys.Time time) {
    this.preparation = preparation;
    this.file = file;
    this.interval = interval;
    this.table = table;
    this.inForce = inForce;
    this.ticker = time.ticker();
    this.wall = time.wall();
    this.dueNanos = new AtomicLong(ticker.read());
  }

  /** The snapshot of an earlier process, if there is a good one; the next is due an interval after it was taken. */
  Optional<AllKeys> earlier() {
    try {
      Optional<Snapshot> earlier = Snapshot.open(file.path(), file.peppers());
      if (earlier.isPresent()) {
        Duration age = SnapshotLayer.age(earlier.get(), wall.instant());
        dueNanos.set(ticker.read() + Math.max(0, interval.minus(age).toNanos()));
        log.info("snapshot read keys={} age_s={}", earlier.get().size(), age.toSeconds());
      }
      return earlier.map(snapshot -> new AllKeys(snapshot, ticker.read()));
    } catch (StoreException e) {
      log.error("snapshot={} not used: {}", file.path().getFileName(), e.getMessage());
      return Optional.empty();
    }
  }

  /** Reads no later than at {@code nanos} of the steady clock. */
  void by(long nanos) {
    dueNanos.accumulateAndGet(nanos, (due, asked) -> asked - due < 0 ? asked : due);
  }

  /** Reads as soon as can be. */
  void soon() {
    by(ticker.read());
  }

  /** Whether the tables are known to be fit for use. */
  boolean prepared() {
    return prepared;
  }

  /** Whether it is time to {@link #read}; whoever is told so does, once. What is asked for from now on is for the reading after that. */
  boolean begin() {
    long now = ticker.read();
    if (now - dueNanos.get() < 0 || !running.compareAndSet(false, true)) {
      return false;
    }
    dueNanos.set(now + interval.toNanos());
    return true;
  }

  /** Reads all keys; those before stay if it fails. Blocks for long; whether it went well. */
  boolean read() {
    try {
      if (!prepared) {
        preparation.run();
        prepared = true;
      }
      ready.set(Optional.of(readAll()));
      if (fails) {
        log.info("snapshot renewed again");
      }
      fails = false;
      return true;
    } catch (StoreException | IOException | RuntimeException e) {
      by(ticker.read() + RETRY.toNanos());
      if (!fails) {
        log.warn("snapshot not renewed, the one before stays: {}", e instanceof StoreException known ? known.getMessage() : e.toString());
      }
      fails = true;
      return false;
    } finally {
      running.set(false);
    }
  }

  private AllKeys readAll() throws IOException, StoreException {
    long begunNanos = ticker.read();
    Instant takenAt = wall.instant();
    try (var writer = new SnapshotWriter(file.path())) {
      long tablesMicros =
          table.readAll(
              row -> {
                try {
                  writer.add(row);
                } catch (IOException e) {
                  throw new StoreException(FailureCause.ERROR, "snapshot can't be written: " + e.getMessage());
                }
              });
      long version = inForce.current().map(Snapshot::version).orElse(0L) + 1;
      return new AllKeys(writer.finish(version, takenAt, tablesMicros, file.peppers().getFirst()), begunNanos);
    }
  }

  /** What was read last, once. */
  Optional<AllKeys> take() {
    return ready.getAndSet(Optional.empty());
  }
}
