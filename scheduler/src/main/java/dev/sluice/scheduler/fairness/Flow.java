// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler.fairness;

import dev.sluice.scheduler.order.IndexedHeap;
import org.jspecify.annotations.Nullable;

/**
 * One flow of one lane: its waiters in arrival order and its start tag. Not thread-safe; confined to the pool's lock.
 *
 * <p>While it has waiters it is in the cohort of its first waiter's mask and {@code tag} is relative to that cohort; without
 * waiters it is either remembered, {@code tag} being its last finish tag on the lane's scale, or forgotten.
 */
final class Flow {
  final String name;
  long tag;
  @Nullable Cohort cohort;
  @Nullable Entry first;
  @Nullable Entry last;
  int waiting;
  long waitingService;
  long waitingTokens;
  int tagIndex = IndexedHeap.ABSENT;
  int ageIndex = IndexedHeap.ABSENT;
  int rememberedIndex = IndexedHeap.ABSENT;

  Flow(String name) {
    this.name = name;
  }

  void append(Entry entry) {
    entry.flow = this;
    entry.previousInFlow = last;
    if (last == null) {
      first = entry;
    } else {
      last.nextInFlow = entry;
    }
    last = entry;
    waiting++;
    waitingService += entry.service();
    waitingTokens += entry.tokens();
  }

  void unlink(Entry entry) {
    Entry previous = entry.previousInFlow;
    Entry next = entry.nextInFlow;
    if (previous == null) {
      first = next;
    } else {
      previous.nextInFlow = next;
    }
    if (next == null) {
      last = previous;
    } else {
      next.previousInFlow = previous;
    }
    entry.previousInFlow = null;
    entry.nextInFlow = null;
    entry.flow = null;
    waiting--;
    waitingService -= entry.service();
    waitingTokens -= entry.tokens();
  }

  /** Arrival rank of the waiter whose turn it is; only while there is one. */
  long firstSequence() {
    Entry head = first;
    return head == null ? Long.MAX_VALUE : head.sequence();
  }
}
