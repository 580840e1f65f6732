// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.store;

import com.github.benmanes.caffeine.cache.Ticker;
import dev.sluice.routing.KeyFingerprint;
import dev.sluice.routing.key.Pepper;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What keeps the layers true in the background: tries stores that failed and reads the tables' record of changes twice a second, renews the
 * snapshot and the index from all of them at each interval, soon after a revocation, or when too much changed at once. Its state is confined to its
 * executor of rounds; what others may call says so.
 *
 * <p>The first reading of the record goes back as far as the shared cache may, since nobody else may have dropped what it holds of a key that
 * changed while no process, or none that reached the cache, was there to do so.
 */
public final class KeyUpkeep {
  /** Two readings of the record of changes. */
  public static final Duration POLL = Duration.ofMillis(500);

  private static final Logger log = LoggerFactory.getLogger(KeyUpkeep.class);

  /** A row's time is its transaction's begin, so it may show up later than others of its time. */
  private static final long OVERLAP_MICROS = 5_000_000;

  /** The same for long transactions, looked at now and then, and after all keys were read. */
  private static final long WIDE_OVERLAP_MICROS = 60_000_000;

  private static final int WIDE_EVERY = 20;
  private static final int MAX_ROWS = 20_000;

  /** Of a reading that goes back further than {@link #WIDE_OVERLAP_MICROS}, as it may find many and must end in time like any other. */
  private static final int MAX_ROWS_FAR_BACK = 2_000;

  private static final Duration RETRY = Duration.ofSeconds(5);
  private static final Duration AFTER_REVOCATION = Duration.ofSeconds(60);

  private final LayeredKeys keys;
  private final SharedKeys shared;
  private final KeyTable table;
  private final KeyChanges changes;
  private final Renewal renewal;
  private final LayeredKeys.Time time;
  private final Threads threads;
  private final AtomicBoolean renewing = new AtomicBoolean();
  private final AtomicReference<Optional<Renewed>> renewed = new AtomicReference<>(Optional.empty());
  private final Map<KeyFingerprint, Long> seen = new HashMap<>();
  private long watermarkMicros;
  private long reachMicros;
  private long polls;
  private boolean indexed;
  private boolean caughtUp;
  private volatile boolean prepared;
  private volatile boolean reachable;
  private volatile boolean renewalFails;
  private volatile long nextRenewalNanos;
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
   * How all keys are read into a snapshot. Immutable.
   *
   * @param interval between two readings
   */
  record Renewal(Preparation preparation, SnapshotFile file, Duration interval) {}

  /**
   * Who does the work.
   *
   * @param rounds one thread
   * @param workers threads that may block for long
   */
  record Threads(ScheduledExecutorService rounds, Executor workers) {}

  private record Renewed(Snapshot snapshot, KeyIndex index, long begunNanos) {}

  KeyUpkeep(LayeredKeys keys, LayeredKeys.Stores stores, KeyChanges changes, Renewal renewal, LayeredKeys.Time time, Threads threads) {
    this.keys = keys;
    this.shared = stores.shared();
    this.table = stores.table();
    this.changes = changes;
    this.renewal = renewal;
    this.time = time;
    this.threads = threads;
    this.nextRenewalNanos = ticker().read();
  }

  private Ticker ticker() {
    return time.ticker();
  }

  private InstantSource wall() {
    return time.wall();
  }

  /** Takes over the snapshot on disk, if there is a good one, and then looks after everything. */
  void start() {
    load();
    threads.rounds().scheduleWithFixedDelay(this::guarded, 0, POLL.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Reads the snapshot of an earlier process. */
  private void load() {
    SnapshotFile file = renewal.file();
    try {
      Optional<Snapshot> earlier = Snapshot.open(file.path(), file.peppers());
      if (earlier.isPresent()) {
        adopt(new Renewed(earlier.get(), index(earlier.get()), ticker().read()));
        Duration age = SnapshotLayer.age(earlier.get(), wall().instant());
        nextRenewalNanos = ticker().read() + Math.max(0, renewal.interval().minus(age).toNanos());
        log.info("snapshot read keys={} age_s={}", earlier.get().size(), age.toSeconds());
      }
    } catch (StoreException e) {
      log.error("snapshot={} not used: {}", file.path().getFileName(), e.getMessage());
    }
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

  private void adopt(Renewed next) {
    if (keys.snapshot().replace(next.snapshot(), next.begunNanos())) {
      keys.useIndex(next.index());
      watermarkMicros = next.snapshot().tablesMicros();
      reachMicros = WIDE_OVERLAP_MICROS + (caughtUp ? 0 : TimeUnit.MILLISECONDS.toMicros(shared.keeps().toMillis()));
      seen.clear();
      indexed = true;
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
    renewed.getAndSet(Optional.empty()).ifPresent(this::adopt);
    if (prepared || indexed) {
      poll();
    }
    changes.flush();
    if (changes.takeRevoked()) {
      renewBy(ticker().read() + AFTER_REVOCATION.toNanos());
    }
    if (ticker().read() - nextRenewalNanos >= 0 && renewing.compareAndSet(false, true)) {
      threads.workers().execute(this::renewAndAdopt);
    }
  }

  private void renewBy(long nanos) {
    if (nanos - nextRenewalNanos < 0) {
      nextRenewalNanos = nanos;
    }
  }

  /** Reads what changed; afterwards this node has caught up. */
  private void poll() {
    long begun = ticker().read();
    boolean wide = polls++ % WIDE_EVERY == 0;
    long reach = Math.max(reachMicros, wide ? WIDE_OVERLAP_MICROS : OVERLAP_MICROS);
    // Without an index there is nothing to keep true: only whether the tables answer is of interest.
    long since = indexed ? watermarkMicros - reach : Long.MAX_VALUE / 2;
    int maxRows = reach > WIDE_OVERLAP_MICROS ? MAX_ROWS_FAR_BACK : MAX_ROWS;
    KeyTable.Written written;
    try {
      written = table.writtenSince(since, maxRows);
      reachable = true;
    } catch (StoreException e) {
      reachable = false;
      first.countDown();
      return;
    }
    if (!indexed) {
      return;
    }
    for (KeyRow row : written.rows()) {
      Long before = seen.put(row.fingerprint(), row.version());
      if (before == null || before != row.version()) {
        changes.found(row);
      }
    }
    if (written.rows().size() >= maxRows) {
      changes.foundTooMany();
      if (reach > WIDE_OVERLAP_MICROS) {
        reachMicros = WIDE_OVERLAP_MICROS;
        poll();
      } else {
        // They stay within the overlap for a minute, however often all keys are read meanwhile.
        renewBy(begun + RETRY.toNanos());
      }
      return;
    }
    reachMicros = 0;
    watermarkMicros = Math.max(watermarkMicros, written.nowMicros());
    if (wide) {
      seen.keySet().retainAll(written.rows().stream().map(KeyRow::fingerprint).collect(Collectors.toSet()));
    }
    caughtUp = true;
    keys.caughtUp(begun);
    first.countDown();
  }

  /** Does not leave what was read to the next round, as a start may wait for it. */
  private void renewAndAdopt() {
    renew();
    try {
      threads.rounds().execute(this::guarded);
    } catch (RejectedExecutionException e) {
      log.debug("closed while all keys were read");
    }
  }

  /** Reads all keys into a new snapshot and a new index. Blocks; off the executor. */
  private void renew() {
    try {
      if (!prepared) {
        renewal.preparation().run();
        prepared = true;
      }
      renewed.set(Optional.of(read()));
      reachable = true;
      nextRenewalNanos = ticker().read() + renewal.interval().toNanos();
      if (renewalFails) {
        log.info("snapshot renewed again");
      }
      renewalFails = false;
    } catch (StoreException | IOException | RuntimeException e) {
      nextRenewalNanos = ticker().read() + RETRY.toNanos();
      if (!renewalFails) {
        log.warn("snapshot not renewed, the one before stays: {}", e instanceof StoreException known ? known.getMessage() : e.toString());
      }
      renewalFails = true;
      first.countDown();
    } finally {
      renewing.set(false);
    }
  }

  private Renewed read() throws IOException, StoreException {
    SnapshotFile file = renewal.file();
    long begunNanos = ticker().read();
    Instant takenAt = wall().instant();
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
      long version = keys.snapshot().current().map(Snapshot::version).orElse(0L) + 1;
      Snapshot snapshot = writer.finish(version, takenAt, tablesMicros, file.peppers().getFirst());
      return new Renewed(snapshot, index(snapshot), begunNanos);
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
  public void renewSoon() {
    nextRenewalNanos = ticker().read();
  }

  /** Whether the tables answered when last asked. Thread-safe. */
  public boolean tablesReachable() {
    return reachable;
  }
}
