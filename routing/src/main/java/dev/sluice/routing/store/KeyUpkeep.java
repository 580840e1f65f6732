// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.store;

import com.github.benmanes.caffeine.cache.Ticker;
import dev.sluice.routing.key.Pepper;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What keeps the layers true in the background: tries stores that failed and reads the tables' record of changes twice a second, renews the
 * snapshot and the index from all of them at each interval, soon after a revocation, or when too much changed at once. Its state is confined to its
 * executor of rounds; what others may call says so.
 */
public final class KeyUpkeep {
  /** Two readings of the record of changes. */
  private static final Duration POLL = Duration.ofMillis(500);

  private static final Logger log = LoggerFactory.getLogger(KeyUpkeep.class);

  private static final Duration AFTER_REVOCATION = Duration.ofSeconds(60);

  private final LayeredKeys keys;
  private final SharedKeys shared;
  private final KeyTable table;
  private final KeyChanges changes;
  private final SnapshotRenewal renewal;
  private final Ticker ticker;
  private final Threads threads;
  private final Watermark watermark;
  private volatile boolean reachable;
  private final CountDownLatch first = new CountDownLatch(1);

  /** Makes the tables fit for use, such as by migrations; called until it does not throw. */
  @FunctionalInterface
  public interface Preparation {
    void run() throws StoreException;
  }

  /**
   * The snapshot's file and what seals it. Immutable.
   *
   * @param peppers the first seals; any opens
   */
  public record SnapshotFile(Path path, List<Pepper> peppers) {
    public SnapshotFile {
      peppers = List.copyOf(peppers);
    }
  }

  /**
   * Who does the work.
   *
   * @param rounds one thread
   * @param workers threads that may block for long
   */
  record Threads(ScheduledExecutorService rounds, Executor workers) {}

  KeyUpkeep(LayeredKeys keys, LayeredKeys.Stores stores, KeyChanges changes, SnapshotRenewal renewal, Ticker ticker, Threads threads) {
    this.keys = keys;
    this.shared = stores.shared();
    this.table = stores.table();
    this.changes = changes;
    this.renewal = renewal;
    this.ticker = ticker;
    this.threads = threads;
    this.watermark = new Watermark(shared.keeps());
  }

  /** Takes over the snapshot on disk, if there is a good one, and then looks after everything. */
  void start() {
    renewal.earlier().ifPresent(this::adopt);
    threads.rounds().scheduleWithFixedDelay(this::guarded, 0, POLL.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void adopt(SnapshotRenewal.AllKeys next) {
    if (keys.snapshot().replace(next.snapshot(), next.begunNanos())) {
      keys.useIndex(next.index());
      watermark.set(next.snapshot().tablesMicros());
    }
  }

  private void guarded() {
    try {
      tick();
    } catch (RuntimeException e) {
      log.error("upkeep of keys failed: {}", e.toString());
    }
  }

  /** One round. */
  private void tick() {
    shared.probe();
    table.probe();
    renewal.take().ifPresent(this::adopt);
    if (renewal.prepared() || watermark.isSet()) {
      poll();
    }
    changes.flush();
    if (changes.takeRevoked()) {
      renewal.by(ticker.read() + AFTER_REVOCATION.toNanos());
    }
    if (renewal.begin()) {
      threads.workers().execute(this::renewAndAdopt);
    }
  }

  /** Reads what changed; afterwards this node has caught up. */
  private void poll() {
    long begun = ticker.read();
    Watermark.Reading reading = watermark.next();
    KeyTable.Written written;
    try {
      written = table.writtenSince(reading.sinceMicros(), reading.maxRows());
      reachable = true;
    } catch (StoreException e) {
      reachable = false;
      first.countDown();
      return;
    }
    if (!watermark.isSet()) {
      return;
    }
    for (KeyRow row : written.rows()) {
      if (watermark.takeNew(row)) {
        changes.found(row);
      }
    }
    if (reading.full(written.rows())) {
      changes.foundTooMany();
      if (reading.farBack()) {
        watermark.giveUpFarBack();
        poll();
      } else {
        // They stay within the overlap for a minute, however often all keys are read meanwhile.
        renewal.by(begun + SnapshotRenewal.RETRY.toNanos());
      }
      return;
    }
    watermark.reached(reading, written);
    keys.caughtUp(begun);
    first.countDown();
  }

  /** Does not leave what was read to the next round, as a start may wait for it. */
  private void renewAndAdopt() {
    if (renewal.read()) {
      reachable = true;
    } else {
      first.countDown();
    }
    try {
      threads.rounds().execute(this::guarded);
    } catch (RejectedExecutionException e) {
      log.debug("closed while all keys were read");
    }
  }

  /** Waits until what changed before the start has been read, the tables have failed, or {@code most} is over. Thread-safe. */
  void awaitFirst(Duration most) {
    try {
      if (!first.await(most.toNanos(), TimeUnit.NANOSECONDS)) {
        log.info("the tables have not been read yet");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Renews the snapshot in the next round. Thread-safe. */
  void renewSoon() {
    renewal.soon();
  }

  /** Whether the tables answered when last asked. Thread-safe. */
  boolean tablesReachable() {
    return reachable;
  }
}
