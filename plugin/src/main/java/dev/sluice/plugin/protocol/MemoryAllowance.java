// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.protocol;

import java.util.concurrent.atomic.AtomicLong;

/**
 * The bytes of unfinished frames that all connections together may hold. Thread-safe.
 *
 * <p>A single frame is bounded by its format; ten thousand of them at once are bounded here.
 */
public final class MemoryAllowance {
  private final AtomicLong takenBytes = new AtomicLong();
  private final long maxBytes;

  /** An allowance of {@code maxBytes} in total. */
  public MemoryAllowance(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  /** Takes part of the allowance; false, and nothing taken, if that much is not left. */
  boolean take(long bytes) {
    if (takenBytes.addAndGet(bytes) <= maxBytes) {
      return true;
    }
    takenBytes.addAndGet(-bytes);
    return false;
  }

  void giveBack(long bytes) {
    takenBytes.addAndGet(-bytes);
  }

  /** The bytes held now. */
  public long takenBytes() {
    return takenBytes.get();
  }
}
