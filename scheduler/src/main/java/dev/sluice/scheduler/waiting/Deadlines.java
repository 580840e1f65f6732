// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler.waiting;

import dev.sluice.scheduler.fairness.Entry;
import dev.sluice.scheduler.order.IndexedHeap;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Waiters by deadline, apart for each set of accounts that they may use. Not thread-safe; confined to the pool's lock.
 *
 * <p>Finding the earliest takes one step for each such set, of which there are few, and so does finding the earliest of those that wait in
 * vain for the accounts they may use.
 */
final class Deadlines {
  private final List<OfMask> masks = new ArrayList<>(1);
  private int size;

  void add(Entry entry) {
    OfMask own = find(entry.mask());
    if (own == null) {
      own = new OfMask(entry.mask());
      masks.add(own);
    }
    own.add(entry);
    size++;
  }

  void remove(Entry entry) {
    OfMask own = find(entry.mask());
    if (own != null) {
      own.remove(entry);
      size--;
      if (own.isEmpty()) {
        masks.remove(own);
      }
    }
  }

  /** The waiter with the earliest deadline, or null. */
  @Nullable Entry peek() {
    Entry best = null;
    for (int i = 0; i < masks.size(); i++) {
      Entry entry = masks.get(i).peek();
      best = entry != null && (best == null || isBefore(entry, best)) ? entry : best;
    }
    return best;
  }

  /** The waiter with the earliest deadline of those whose deadline is before {@code readyInNanos} of its mask from now, or null. */
  @Nullable Entry peekBefore(LongUnaryOperator readyInNanos, long nowNanos) {
    Entry best = null;
    for (int i = 0; i < masks.size(); i++) {
      Entry entry = masks.get(i).peek();
      if (entry != null
          && entry.deadlineNanos() - nowNanos < readyInNanos.applyAsLong(entry.mask())
          && (best == null || isBefore(entry, best))) {
        best = entry;
      }
    }
    return best;
  }

  int size() {
    return size;
  }

  private @Nullable OfMask find(long mask) {
    for (int i = 0; i < masks.size(); i++) {
      if (masks.get(i).mask == mask) {
        return masks.get(i);
      }
    }
    return null;
  }

  private static boolean isBefore(Entry a, Entry b) {
    long difference = a.deadlineNanos() - b.deadlineNanos();
    return difference != 0 ? difference < 0 : a.sequence() < b.sequence();
  }

  private static final class OfMask extends IndexedHeap<Entry> {
    private final long mask;

    private OfMask(long mask) {
      this.mask = mask;
    }

    @Override
    protected boolean before(Entry a, Entry b) {
      return isBefore(a, b);
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
}
