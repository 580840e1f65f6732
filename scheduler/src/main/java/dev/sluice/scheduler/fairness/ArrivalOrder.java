// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler.fairness;

import org.jspecify.annotations.Nullable;

/** The waiters of one lane in the order in which they came, and what they add up to. Not thread-safe; confined to the pool's lock. */
final class ArrivalOrder {
  private @Nullable Entry eldest;
  private @Nullable Entry youngest;
  private int size;
  private long bytes;
  private long tokens;

  /** Puts {@code entry} last. */
  void add(Entry entry) {
    entry.previousInLane = youngest;
    if (youngest == null) {
      eldest = entry;
    } else {
      youngest.nextInLane = entry;
    }
    youngest = entry;
    size++;
    bytes += entry.bytes();
    tokens += entry.tokens();
  }

  void remove(Entry entry) {
    Entry previous = entry.previousInLane;
    Entry next = entry.nextInLane;
    if (previous == null) {
      eldest = next;
    } else {
      previous.nextInLane = next;
    }
    if (next == null) {
      youngest = previous;
    } else {
      next.previousInLane = previous;
    }
    entry.previousInLane = null;
    entry.nextInLane = null;
    size--;
    bytes -= entry.bytes();
    tokens -= entry.tokens();
  }

  @Nullable Entry eldest() {
    return eldest;
  }

  @Nullable Entry youngest() {
    return youngest;
  }

  int size() {
    return size;
  }

  long bytes() {
    return bytes;
  }

  long tokens() {
    return tokens;
  }
}
