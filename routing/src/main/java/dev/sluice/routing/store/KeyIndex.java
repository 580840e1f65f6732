// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.store;

import dev.sluice.routing.KeyFingerprint;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * A set of the keys that exist and are not revoked, of fixed size in memory: it may take a key that does not exist for one that does, about once in two thousand,
 * never the other way round. Thread-safe; never blocks.
 *
 * <p>A Bloom filter (B. H. Bloom, Space/time trade-offs in hash coding with allowable errors, 1970) of 16 bits a key and 11 probes.
 * Fingerprints are as good as random and nobody without the pepper can choose one, so two of their words serve as hashes (A. Kirsch, M.
 * Mitzenmacher, Less hashing, same performance, 2006).
 */
final class KeyIndex {
  private static final int BITS_PER_KEY = 16;
  private static final int PROBES = 11;
  private static final int SPARE_KEYS = 4096;
  private static final int MAX_WORDS = 1 << 25;

  private final AtomicLongArray words;
  private final long mask;

  /** An empty set with room for {@code keys} and half as many more. */
  KeyIndex(long keys) {
    long bits = (keys + keys / 2 + SPARE_KEYS) * BITS_PER_KEY;
    int size = (int) Math.min(MAX_WORDS, Long.highestOneBit(Math.max(64, bits - 1)) * 2 / Long.SIZE);
    words = new AtomicLongArray(size);
    mask = (long) size * Long.SIZE - 1;
  }

  void add(KeyFingerprint key) {
    long step = key.fourth() | 1;
    long bit = key.third();
    for (int i = 0; i < PROBES; i++) {
      long set = 1L << bit;
      words.getAndAccumulate((int) ((bit & mask) >>> 6), set, (old, added) -> old | added);
      bit += step;
    }
  }

  /** False only if the key was not added. */
  boolean mayContain(KeyFingerprint key) {
    long step = key.fourth() | 1;
    long bit = key.third();
    for (int i = 0; i < PROBES; i++) {
      if ((words.get((int) ((bit & mask) >>> 6)) & 1L << bit) == 0) {
        return false;
      }
      bit += step;
    }
    return true;
  }
}
