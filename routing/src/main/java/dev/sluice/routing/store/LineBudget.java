// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.store;

import java.util.concurrent.locks.ReentrantLock;

/** So many lines of log a minute and no more. Thread-safe; time is passed in, in nanoseconds of a steady clock. */
public final class LineBudget {
  private static final long MINUTE = 60_000_000_000L;

  private final int perMinute;
  private final ReentrantLock lock = new ReentrantLock();
  private long minuteBegan;
  private int written;

  /** A budget of {@code perMinute} lines in each minute from now on. */
  public LineBudget(int perMinute, long nowNanos) {
    this.perMinute = perMinute;
    this.minuteBegan = nowNanos;
  }

  /** Whether a line may be written now; if so, it counts. */
  public boolean take(long nowNanos) {
    lock.lock();
    try {
      if (nowNanos - minuteBegan >= MINUTE) {
        minuteBegan = nowNanos;
        written = 0;
      }
      return written++ < perMinute;
    } finally {
      lock.unlock();
    }
  }
}
