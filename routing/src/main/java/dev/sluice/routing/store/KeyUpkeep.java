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
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What keeps the layers true in the background: reads the tables' record of changes twice a second, renews the snapshot and the index from
 * all of them at each interval, soon after a revocation, or when too much changed at once. Its state is confined to the executor that it is
 * started on; what others may call says so.
 */
public final class KeyUpkeep {
  /** Two readings of the record of changes. */
  public static final Duration POLL = Duration.ofMillis(500);

  private static final Logger log = LoggerFactory.getLogger(KeyUpkeep.class);

  /** A row's time is its transaction's begin, so it may show up later than others of its time. */
  private static final long OVERLAP_MICROS = 5_000_000;

  /** The same for long transactions, looked at now and then. */
  private static final long WIDE_OVERLAP_MICROS = 60_000_000;

  private static final int WIDE_EVERY = 20;
  private static final int MAX_ROWS = 20_000;
  private static final Duration RETRY = Duration.ofSeconds(5);
  private static final Duration AFTER_REVOCATION = Duration.ofSeconds(60);

  private final LayeredKeys keys;
  private final KeyTable table;
  private final KeyChanges changes;
  private final Preparation preparation;
  private final SnapshotFile file;
  private final LayeredKeys.Time time;
  private final Executor workers;
  private final AtomicBoolean renewing = new AtomicBoolean();
  private final AtomicReference<Optional<Renewed>> renewed = new AtomicReference<>(Optional.empty());
  private final Map<KeyFingerprint, Long> seen = new HashMap<>();
  private long watermarkMicros;
  private long polls;
  private boolean indexed;
  private volatile boolean prepared;
  private volatile boolean reachable;
  private volatile boolean renewalFails;
  private volatile long nextRenewalNanos;
  private final CountDownLatch first = new CountDownLatch(1);
  private final Duration interval;

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

  private record Renewed(Snapshot snapshot, KeyIndex index, long begunNanos) {}

  KeyUpkeep(LayeredKeys keys, KeyTable table, KeyChanges changes, Preparation preparation, SnapshotFile file, LayeredKeys.Time time, Executor workers, Duration interval) {
    this.keys = keys;
    this.table = table;
    this.changes = changes;
    this.preparation = preparation;
    this.file = file;
    this.time = time;
    this.workers = workers;
    this.interval = interval;
    this.nextRenewalNanos = ticker().read();
  }

  private Ticker ticker() {
    return time.ticker();
  }

  private InstantSource wall() {
    return time.wall();
  }

  /** Takes over the snapshot on disk, if there is a good one, and then looks after everything on {@code executor}. */
  void start(ScheduledExecutorService executor) {
    load();
    executor.scheduleWithFixedDelay(this::guarded, 0, POLL.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Reads the snapshot of an earlier process. */
  void load() {
    try {
      Optional<Snapshot> earlier = Snapshot.open(file.path(), file.peppers());
      if (earlier.isPresent()) {
        adopt(new Renewed(earlier.get(), index(earlier.get()), ticker().read()));
        Duration age = SnapshotLayer.age(earlier.get(), wall().instant());
        nextRenewalNanos = ticker().read() + Math.max(0, interval.minus(age).toNanos());
        log.info("snapshot read keys={} age_s={}", earlier.get().size(), age.toSeconds());
        first.countDown();
      }
    } catch (StoreException e) {
      log.error("snapshot={} not used: {}", file.path().getFileName(), e.getMessage());
    }
  }

  private static KeyIndex index(Snapshot snapshot) {
    var index = new KeyIndex(snapshot.size());
    for (int i = 0; i < snapshot.size(); i++) {
      index.add(snapshot.fingerprint(i));
    }
    return index;
  }

  private void adopt(Renewed next) {
    if (keys.snapshot().replace(next.snapshot(), next.begunNanos())) {
      keys.useIndex(next.index());
      watermarkMicros = next.snapshot().tablesMicros() - WIDE_OVERLAP_MICROS + OVERLAP_MICROS;
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
  void tick() {
    changes.flush();
    renewed.getAndSet(Optional.empty()).ifPresent(this::adopt);
    if (prepared || indexed) {
      poll();
    }
    if (changes.takeRevoked()) {
      renewBy(ticker().read() + AFTER_REVOCATION.toNanos());
    }
    if (ticker().read() - nextRenewalNanos >= 0 && renewing.compareAndSet(false, true)) {
      workers.execute(this::renew);
    }
  }

  private void renewBy(long nanos) {
    if (nanos - nextRenewalNanos < 0) {
      nextRenewalNanos = nanos;
    }
  }

  /** Reads what changed; afterwards the index is known to lack no key. */
  private void poll() {
    long begun = ticker().read();
    boolean wide = polls++ % WIDE_EVERY == 0;
    // Without an index there is nothing to keep true: only whether the tables answer is of interest.
    long since = indexed ? watermarkMicros - (wide ? WIDE_OVERLAP_MICROS : OVERLAP_MICROS) : Long.MAX_VALUE / 2;
    KeyTable.Written written;
    try {
      written = table.writtenSince(since, MAX_ROWS);
      reachable = true;
    } catch (StoreException e) {
      reachable = false;
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
    if (written.rows().size() >= MAX_ROWS) {
      // They stay within the overlap for a minute, however often all keys are read meanwhile.
      renewBy(begun + RETRY.toNanos());
      return;
    }
    watermarkMicros = Math.max(watermarkMicros, written.nowMicros());
    if (wide) {
      seen.keySet().retainAll(written.rows().stream().map(KeyRow::fingerprint).collect(Collectors.toSet()));
    }
    keys.confirmIndex(begun);
  }

  /** Reads all keys into a new snapshot and a new index. Blocks; off the executor. */
  private void renew() {
    try {
      if (!prepared) {
        preparation.run();
        prepared = true;
      }
      renewed.set(Optional.of(read()));
      reachable = true;
      nextRenewalNanos = ticker().read() + interval.toNanos();
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
    } finally {
      renewing.set(false);
      first.countDown();
    }
  }

  private Renewed read() throws IOException, StoreException {
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

  /** Waits until there is a snapshot, the tables have been read or failed, or {@code most} is over. Thread-safe. */
  void awaitFirst(Duration most) {
    try {
      if (!first.await(most.toNanos(), TimeUnit.NANOSECONDS)) {
        log.info("no snapshot, and the tables have not answered yet");
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
