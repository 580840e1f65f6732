// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.store;

import com.github.benmanes.caffeine.cache.Ticker;
import dev.sluice.routing.KeyFingerprint;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The changed keys of which the shared cache may still hold what they were. Thread-safe; never blocks.
 *
 * <p>At most {@value #MOST} keys are named. When more changed while the cache could not drop them, it is doubted altogether for as long as it
 * keeps an entry at most; by then whatever it held has ended by itself.
 */
final class Doubts {
  private static final int MOST = 10_000;
  private static final int AT_A_TIME = 256;

  /** Longer than an entry of the cache may live. */
  private static final Duration ALTOGETHER = Duration.ofHours(1);

  private final ConcurrentHashMap<KeyFingerprint, Boolean> keys = new ConcurrentHashMap<>();
  private final Ticker ticker;
  private volatile boolean altogether;
  private volatile long altogetherUntil;

  Doubts(Ticker ticker) {
    this.ticker = ticker;
  }

  void add(KeyFingerprint key) {
    if (keys.size() < MOST) {
      keys.put(key, true);
    } else {
      altogetherUntil = ticker.read() + ALTOGETHER.toNanos();
      altogether = true;
    }
  }

  void remove(KeyFingerprint key) {
    keys.remove(key);
  }

  /** Whether what the cache holds of a key counts. */
  boolean believes(KeyFingerprint key) {
    if (altogether && ticker.read() - altogetherUntil < 0) {
      return false;
    }
    return keys.isEmpty() || !keys.containsKey(key);
  }

  List<KeyFingerprint> some() {
    return keys.keySet().stream().limit(AT_A_TIME).toList();
  }
}
