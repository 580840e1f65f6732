// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.runner;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/** The number of calls without an outcome, and whether more are taken. Thread-safe. */
final class OpenCalls {
  private final AtomicInteger count = new AtomicInteger();
  private final CompletableFuture<Void> idle = new CompletableFuture<>();
  private volatile boolean draining;

  void opened() {
    count.incrementAndGet();
  }

  void ended() {
    if (count.decrementAndGet() == 0 && draining) {
      idle.complete(null);
    }
  }

  int count() {
    return count.get();
  }

  boolean draining() {
    return draining;
  }

  /** Takes no more calls; the result completes once none is open. */
  CompletableFuture<Void> drain() {
    draining = true;
    if (count.get() == 0) {
      idle.complete(null);
    }
    return idle;
  }
}
