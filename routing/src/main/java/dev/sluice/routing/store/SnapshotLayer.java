// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.store;

import com.github.benmanes.caffeine.cache.Ticker;
import dev.sluice.routing.Entitlement;
import dev.sluice.routing.KeyFingerprint;
import dev.sluice.routing.KeyStatus;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The snapshot in force and what is known to have changed since. Thread-safe; never blocks.
 *
 * <p>A change that was heard of but not read yet withholds the key: what the snapshot says of it may be wrong. A revocation that was heard of
 * stands, whatever the snapshot says.
 */
final class SnapshotLayer {
  /** What is known of a key since the snapshot. */
  private sealed interface Since {
    long nanos();

    record Read(Entitlement entitlement, long nanos) implements Since {}

    record Withheld(long nanos) implements Since {}
  }

  /** The snapshot's answer. */
  sealed interface Answer {
    record Found(Entitlement entitlement) implements Answer {}

    record Lacking() implements Answer {}

    /** The key was changed and nobody read how. */
    record Withheld() implements Answer {}
  }

  private final AtomicReference<Optional<Snapshot>> snapshot = new AtomicReference<>(Optional.empty());
  private final ConcurrentHashMap<KeyFingerprint, Since> since = new ConcurrentHashMap<>();
  private final Duration maxAge;
  private final Ticker ticker;
  private final InstantSource wall;

  SnapshotLayer(Duration maxAge, Ticker ticker, InstantSource wall) {
    this.maxAge = maxAge;
    this.ticker = ticker;
    this.wall = wall;
  }

  Answer find(KeyFingerprint key) {
    Since later = since.get(key);
    if (later instanceof Since.Read read) {
      return new Answer.Found(read.entitlement());
    }
    if (later instanceof Since.Withheld) {
      return new Answer.Withheld();
    }
    return usable().flatMap(file -> file.find(key)).<Answer>map(Answer.Found::new).orElseGet(Answer.Lacking::new);
  }

  /** A key that was revoked, which it stays, however old the snapshot is that says so. */
  Optional<Entitlement> revoked(KeyFingerprint key) {
    Since later = since.get(key);
    if (later != null) {
      return later instanceof Since.Read read ? Optional.of(read.entitlement()).filter(SnapshotLayer::revoked) : Optional.empty();
    }
    return snapshot.get().flatMap(file -> file.find(key)).filter(SnapshotLayer::revoked);
  }

  private static boolean revoked(Entitlement entitlement) {
    return entitlement.status() == KeyStatus.REVOKED;
  }

  /** The snapshot in force, whatever its age. */
  Optional<Snapshot> current() {
    return snapshot.get();
  }

  /** The snapshot, unless it is older than it may be. */
  Optional<Snapshot> usable() {
    return snapshot.get().filter(file -> age(file, wall.instant()).compareTo(maxAge) <= 0);
  }

  static Duration age(Snapshot file, Instant now) {
    Duration age = Duration.between(file.takenAt(), now);
    return age.isNegative() ? Duration.ZERO : age;
  }

  /**
   * Puts a snapshot in force, if it is newer than the one before.
   *
   * @param begunNanos when its reading began; what changed later stays known
   */
  boolean replace(Snapshot next, long begunNanos) {
    Optional<Snapshot> before = snapshot.get();
    if (before.isPresent() && before.get().version() >= next.version()) {
      return false;
    }
    snapshot.set(Optional.of(next));
    since.values().removeIf(change -> change.nanos() - begunNanos < 0);
    return true;
  }

  /** A key was changed, nobody knows how yet. */
  void withhold(KeyFingerprint key) {
    since.compute(key, (k, known) -> revoked(known) ? known : new Since.Withheld(ticker.read()));
  }

  /** A key is this from now on. */
  void put(KeyFingerprint key, Entitlement entitlement) {
    since.compute(key, (k, known) -> revoked(known) ? known : new Since.Read(entitlement, ticker.read()));
  }

  private static boolean revoked(@Nullable Since known) {
    return known instanceof Since.Read read && revoked(read.entitlement());
  }

  /** How many changes are kept; those of the snapshot's next reading are not. */
  int changes() {
    return since.size();
  }
}
