// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.store;

import com.github.benmanes.caffeine.cache.Ticker;
import dev.sluice.routing.KeyFingerprint;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;

/**
 * How far what the shared cache holds of a key counts. Thread-safe; never blocks.
 *
 * <p>A key that changed is named until the cache has dropped what it held, and at most {@value #MOST} are. When more changed while the cache
 * could not drop them, every key is open for as long as the cache keeps an entry; by then whatever it held has ended by itself. So is every key
 * of a process that has not read yet what changed before it started.
 */
final class Doubts {
  private static final int MOST = 10_000;
  private static final int AT_A_TIME = 256;

  /** Longer than any node may let an entry of the cache live. */
  private static final Duration ALTOGETHER = Duration.ofHours(1);

  /** What the cache is good for, as far as one key goes. */
  enum Belief {
    /** It is asked before the tables. */
    BELIEVED,
    /** It may hold what the key no longer is, so it is asked only if the tables fail. */
    OPEN,
    /** It is known to be behind, and not asked. */
    REFUTED
  }

  private final ConcurrentHashMap<KeyFingerprint, Boolean> named = new ConcurrentHashMap<>();
  private final Ticker ticker;
  private volatile boolean caughtUp;
  private volatile boolean altogether;
  private volatile long altogetherUntil;

  /** Doubts of a process that has just started. */
  Doubts(Ticker ticker) {
    this.ticker = ticker;
  }

  /** What the cache holds of a key is no longer true. */
  void add(KeyFingerprint key) {
    if (named.size() < MOST) {
      named.put(key, true);
    } else {
      addAll();
    }
  }

  /** Whatever the cache holds may no longer be true. */
  void addAll() {
    altogetherUntil = ticker.read() + ALTOGETHER.toNanos();
    altogether = true;
  }

  /** The cache has dropped what it held of a key. */
  void remove(KeyFingerprint key) {
    named.remove(key);
  }

  /** Whatever changed before now has been {@linkplain #add named}. */
  void caughtUp() {
    caughtUp = true;
  }

  /** What the cache is good for where {@code key} is asked for. */
  Belief of(KeyFingerprint key) {
    if (!named.isEmpty() && named.containsKey(key)) {
      return Belief.REFUTED;
    }
    return caughtUp && !(altogether && ticker.read() - altogetherUntil < 0) ? Belief.BELIEVED : Belief.OPEN;
  }

  /** Some of the keys that are named. */
  List<KeyFingerprint> some() {
    return named.keySet().stream().limit(AT_A_TIME).toList();
  }
}
