// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler.waiting;

import dev.sluice.scheduler.fairness.Entry;
import dev.sluice.scheduler.order.IndexedHeap;

/** Waiters by deadline, the earliest first. Not thread-safe; confined to the pool's lock. */
final class Deadlines extends IndexedHeap<Entry> {
  @Override
  protected boolean before(Entry a, Entry b) {
    long difference = a.deadlineNanos() - b.deadlineNanos();
    return difference != 0 ? difference < 0 : a.sequence() < b.sequence();
  }

  @Override
  protected int index(Entry entry) {
    return entry.deadlineIndex();
  }

  @Override
  protected void index(Entry entry, int index) {
    entry.deadlineIndex(index);
  }
}
