// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.store;

import com.github.benmanes.caffeine.cache.Ticker;
import java.time.Duration;

/** Real time until it is held, from then on as it is told: what retries while it starts still does so. Thread-safe. */
final class HeldClock implements Ticker {
  private static final long RUNNING = Long.MIN_VALUE;

  private volatile long heldNanos = RUNNING;

  void hold() {
    heldNanos = System.nanoTime();
  }

  /** Lets time pass; only the thread that held it may. */
  void advance(Duration time) {
    heldNanos += time.toNanos();
  }

  @Override
  public long read() {
    long held = heldNanos;
    return held == RUNNING ? System.nanoTime() : held;
  }
}
