// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.store;

import com.github.benmanes.caffeine.cache.Ticker;
import dev.sluice.routing.KeyFingerprint;
import java.time.Duration;

/**
 * The set of all keys that this node goes by, and until when it is known to lack none. It rules nothing out before the first confirmation, nor once
 * the last one is older than {@link #FRESH}. Thread-safe and never blocks; {@link #use} and {@link #confirm} are one thread's at a time.
 */
final class IndexInForce {
  /** Beyond which the set may lack a key that exists. */
  private static final Duration FRESH = Duration.ofSeconds(2);

  private final Ticker ticker;
  private volatile Confirmed now = new Confirmed(new KeyIndex(0), false, 0);

  /** Replaced as a whole. */
  private record Confirmed(KeyIndex keys, boolean ever, long nanos) {}

  IndexInForce(Ticker ticker) {
    this.ticker = ticker;
  }

  /** Whether a key is known not to exist. */
  boolean rulesOut(KeyFingerprint key) {
    Confirmed at = now;
    return fresh(at) && !at.keys().mayContain(key);
  }

  /** Whether the set may rule keys out. */
  boolean fresh() {
    return fresh(now);
  }

  private boolean fresh(Confirmed at) {
    return at.ever() && ticker.read() - at.nanos() < FRESH.toNanos();
  }

  /** A key exists. */
  void add(KeyFingerprint key) {
    now.keys().add(key);
  }

  /** Goes by another set, which is to be confirmed first. */
  void use(KeyIndex next) {
    now = new Confirmed(next, false, 0);
  }

  /** The set lacked no key at {@code nanos} of the steady clock. */
  void confirm(long nanos) {
    now = new Confirmed(now.keys(), true, nanos);
  }
}
