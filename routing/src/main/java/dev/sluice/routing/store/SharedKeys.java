// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.store;

import dev.sluice.routing.KeyFingerprint;
import java.time.Duration;

/** The cache that nodes share. Implementations are thread-safe, never throw, and block no longer than their deadline. */
public interface SharedKeys {
  /** No such cache: it never holds anything. */
  SharedKeys NONE =
      new SharedKeys() {
        @Override
        public LayerAnswer find(KeyFingerprint key) {
          return LayerAnswer.MISS;
        }

        @Override
        public void remember(KeyFingerprint key, LayerAnswer answer) {}

        @Override
        public boolean drop(KeyFingerprint key) {
          return true;
        }

        @Override
        public boolean tell(KeyFingerprint key, boolean revoked) {
          return true;
        }

        @Override
        public void probe() {}

        @Override
        public Duration keeps() {
          return Duration.ZERO;
        }
      };

  /** What the cache holds for a key. */
  LayerAnswer find(KeyFingerprint key);

  /** Keeps what the tables said, {@link LayerAnswer.Found} or {@link LayerAnswer.KnownAbsent}; in vain after a change a moment ago. Does not block. */
  void remember(KeyFingerprint key, LayerAnswer answer);

  /**
   * Drops what is held, and refuses to hold anything read before now. One at a time, so that many in a row do not overrun the connection.
   *
   * @return false if the cache could not be reached or takes no writes, and so may still hold what is no longer true
   */
  boolean drop(KeyFingerprint key);

  /**
   * Tells every node that a key is not what it was.
   *
   * @return false if nobody could be told, so that it is to be tried again
   */
  boolean tell(KeyFingerprint key, boolean revoked);

  /** Tries a cache that failed, if it is time to; called again and again by somebody whom no request waits for. */
  void probe();

  /** How long an entry stays at most. */
  Duration keeps();

  /** Whether there is one. */
  default boolean present() {
    return this != NONE;
  }
}
