// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.store;

import dev.sluice.routing.KeyFingerprint;
import dev.sluice.routing.Lookup;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;

/**
 * The layers of one process, put together: looks keys up, takes changes in, and says how things stand. Thread-safe. It owns its threads, and
 * ends them when closed; the stores are their owner's to close.
 */
public final class KeyStores implements AutoCloseable {
  private final LayeredKeys keys;
  private final KeyChanges changes;
  private final KeyUpkeep upkeep;
  private final LayeredKeys.Time time;
  private final ExecutorService walkers;
  private final ScheduledExecutorService rounds;

  /** Layers that are not looked after yet. */
  public KeyStores(
      LayeredKeys.Stores stores, StoreTimes times, KeyUpkeep.Preparation preparation, KeyUpkeep.SnapshotFile file, LayeredKeys.Time time, StoreListener listener) {
    this.time = time;
    walkers = Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("sluice-key-", 0).factory());
    rounds = Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform().name("sluice-keys").daemon(true).factory());
    keys = new LayeredKeys(stores, times, time, walkers, listener);
    changes = new KeyChanges(keys, stores, walkers);
    SnapshotRenewal renewal = new SnapshotRenewal(preparation, file, times.snapshotRefresh(), stores.table(), keys.snapshot(), time);
    upkeep = new KeyUpkeep(keys, stores, changes, renewal, time.ticker(), new KeyUpkeep.Threads(rounds, walkers));
  }

  /** Reads the snapshot on disk and begins to look after the layers; returns without waiting for any store. */
  public void start() {
    upkeep.start();
  }

  /** Waits until what changed before the start has been read, the tables have failed, or {@code most} is over. */
  public void awaitFirst(Duration most) {
    upkeep.awaitFirst(most);
  }

  /** What is known of a key. */
  public Lookup find(KeyFingerprint key) {
    return keys.find(key);
  }

  /** Where changes are told. */
  public KeyChanges changes() {
    return changes;
  }

  /** Reads all keys into a new snapshot soon. */
  public void renewSnapshot() {
    upkeep.renewSoon();
  }

  /** How things stand. */
  public Standing standing() {
    Optional<Snapshot> snapshot = keys.snapshot().current();
    boolean usable = keys.snapshot().usable().isPresent();
    Source source = upkeep.tablesReachable() ? Source.STORES : usable ? Source.SNAPSHOT : Source.FAIL_MODE;
    return new Standing(
        source,
        snapshot.map(file -> SnapshotLayer.age(file, time.wall().instant())),
        snapshot.map(Snapshot::version).orElse(0L),
        snapshot.map(Snapshot::size).orElse(0));
  }

  /** Who answers for keys that are not in memory. */
  public enum Source {
    /** PostgreSQL. */
    STORES,
    /** The file, as PostgreSQL does not answer. */
    SNAPSHOT,
    /** Nobody: the fail mode holds, but for what Redis still has. */
    FAIL_MODE
  }

  /**
   * How things stand. Immutable.
   *
   * @param snapshotAge since its reading began; empty if there is none
   * @param snapshotVersion 0 if there is none
   * @param snapshotKeys 0 if there is none
   */
  public record Standing(Source source, Optional<Duration> snapshotAge, long snapshotVersion, int snapshotKeys) {}

  /** Whether keys that do not exist are ruled out without asking anybody. */
  public boolean indexInForce() {
    return keys.indexInForce();
  }

  @Override
  public void close() {
    rounds.shutdownNow();
    walkers.shutdownNow();
  }
}
