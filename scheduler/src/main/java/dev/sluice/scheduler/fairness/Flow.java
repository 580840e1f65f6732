// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler.fairness;

import dev.sluice.scheduler.order.IndexedHeap;
import org.jspecify.annotations.Nullable;

/**
 * One flow of one lane: its waiters, in the order of arrival but for what the longer ones concede, and its start tag. Not thread-safe;
 * confined to the pool's lock.
 *
 * <p>While it has waiters it is in the cohort of its first waiter's mask and {@code tag} is relative to that cohort; without
 * waiters it is either remembered, {@code tag} being its last finish tag on the lane's scale, or forgotten.
 */
final class Flow {
  final String name;
  final IndexedHeap<Entry> waiters = new InTurn();
  long tag;
  @Nullable Cohort cohort;
  long waitingService;
  long waitingTokens;
  int tagIndex = IndexedHeap.ABSENT;
  int ageIndex = IndexedHeap.ABSENT;
  int rememberedIndex = IndexedHeap.ABSENT;

  Flow(String name) {
    this.name = name;
  }

  void add(Entry entry) {
    entry.flow = this;
    waiters.add(entry);
    waitingService += entry.service();
    waitingTokens += entry.tokens();
  }

  void remove(Entry entry) {
    waiters.remove(entry);
    entry.flow = null;
    waitingService -= entry.service();
    waitingTokens -= entry.tokens();
  }

  /** The waiter whose turn it is in this flow, or null. */
  @Nullable Entry first() {
    return waiters.peek();
  }

  /** Arrival rank of the waiter whose turn it is; only while there is one. */
  long firstSequence() {
    Entry head = first();
    return head == null ? Long.MAX_VALUE : head.sequence();
  }

  /** What the waiter whose turn it is concedes to other flows. */
  long deference() {
    Entry head = first();
    return head == null ? 0 : head.deference();
  }

  private static final class InTurn extends IndexedHeap<Entry> {
    @Override
    protected boolean before(Entry a, Entry b) {
      return a.goesBefore(b);
    }

    @Override
    protected int index(Entry entry) {
      return entry.flowIndex;
    }

    @Override
    protected void index(Entry entry, int index) {
      entry.flowIndex = index;
    }
  }
}
