// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler.waiting;

import dev.sluice.scheduler.fairness.Entry;
import dev.sluice.scheduler.order.IndexedHeap;

/** Waiters by when their prospects are looked at next, the earliest first. Not thread-safe; confined to the pool's lock. */
final class Reviews extends IndexedHeap<Entry> {
  @Override
  protected boolean before(Entry a, Entry b) {
    long difference = a.reviewNanos() - b.reviewNanos();
    return difference != 0 ? difference < 0 : a.sequence() < b.sequence();
  }

  @Override
  protected int index(Entry entry) {
    return entry.reviewIndex();
  }

  @Override
  protected void index(Entry entry, int index) {
    entry.reviewIndex(index);
  }
}
