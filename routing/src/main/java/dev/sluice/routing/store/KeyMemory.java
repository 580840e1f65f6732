// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.store;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.Ticker;
import dev.sluice.routing.KeyFingerprint;
import dev.sluice.routing.Lookup;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What this node remembers of keys. Thread-safe; never blocks.
 *
 * <p>Entries live their time give or take a tenth, so that keys that came together do not come back together. Absences are remembered apart,
 * so that a flood of them drives no key out.
 */
final class KeyMemory {
  private static final Lookup ABSENT = new Lookup.KnownAbsent();
  private static final double JITTER = 0.1;

  private final Cache<KeyFingerprint, Entry> hits;
  private final Cache<KeyFingerprint, Entry> absences;
  private final DoubleSupplier random;

  /** An answer and how long it stays. */
  private record Entry(Lookup lookup, long nanos) {}

  /**
   * An empty memory.
   *
   * @param random from 0 to 1, evenly
   */
  KeyMemory(int maxKeys, Ticker ticker, DoubleSupplier random) {
    this.random = random;
    this.hits = cache(maxKeys, ticker);
    this.absences = cache(maxKeys, ticker);
  }

  private static Cache<KeyFingerprint, Entry> cache(int maxKeys, Ticker ticker) {
    return Caffeine.newBuilder()
        .maximumSize(maxKeys)
        .ticker(ticker)
        .executor(Runnable::run)
        .expireAfter(Expiry.<KeyFingerprint, Entry>writing((key, entry) -> Duration.ofNanos(entry.nanos())))
        .build();
  }

  /** What is remembered; null if nothing is. */
  @Nullable Lookup find(KeyFingerprint key) {
    Entry hit = hits.getIfPresent(key);
    if (hit != null) {
      return hit.lookup();
    }
    Entry absence = absences.getIfPresent(key);
    return absence == null ? null : absence.lookup();
  }

  /** Remembers a hit for about {@code time}. */
  void hold(KeyFingerprint key, Lookup.Hit hit, Duration time) {
    absences.invalidate(key);
    hits.put(key, new Entry(hit, (long) (time.toNanos() * (1 - JITTER + 2 * JITTER * random.getAsDouble()))));
  }

  /** Remembers for {@code time} that nobody has the key. */
  void holdAbsence(KeyFingerprint key, Duration time) {
    hits.invalidate(key);
    absences.put(key, new Entry(ABSENT, time.toNanos()));
  }

  /** Forgets a key. */
  void drop(KeyFingerprint key) {
    hits.invalidate(key);
    absences.invalidate(key);
  }

  /** Lets every entry end within {@code time}, each at its own instant, so that all is asked anew but not at once. */
  void endWithin(Duration time) {
    absences.invalidateAll();
    hits.policy()
        .expireVariably()
        .ifPresent(
            expiry ->
                hits.asMap()
                    .keySet()
                    .forEach(
                        key -> {
                          long nanos = (long) (time.toNanos() * random.getAsDouble());
                          if (expiry.getExpiresAfter(key, TimeUnit.NANOSECONDS).orElse(0) > nanos) {
                            expiry.setExpiresAfter(key, nanos, TimeUnit.NANOSECONDS);
                          }
                        }));
  }

  long size() {
    return hits.estimatedSize();
  }
}
