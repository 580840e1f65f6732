// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler.fairness;

import dev.sluice.scheduler.order.IndexedHeap;

/**
 * The flows of one lane whose next waiter has the same eligibility mask, by start tag and by age. Not thread-safe; confined to
 * the pool's lock.
 *
 * <p>Whose turn it is goes by start tag plus what the flow's next waiter {@linkplain Hold defers}. Tags inside are relative to {@code
 * offset}, so that the whole cohort is lifted in one step when its accounts are so slow that it would lag too far behind the lane.
 */
final class Cohort {
  final long mask;
  final IndexedHeap<Flow> byTag = new ByTag();
  final IndexedHeap<Flow> byAge = new ByAge();
  long offset;

  /** Waiters with this mask, wherever they stand in their flows. */
  int waiting;

  long waitingTokens;

  Cohort(long mask) {
    this.mask = mask;
  }

  void add(Flow flow, long tag) {
    flow.cohort = this;
    flow.tag = tag - offset;
    byTag.add(flow);
    byAge.add(flow);
  }

  void remove(Flow flow) {
    byTag.remove(flow);
    byAge.remove(flow);
    flow.cohort = null;
  }

  /** The flow's start tag on the lane's scale. */
  long tag(Flow flow) {
    return flow.tag + offset;
  }

  /** Adds to what a flow of the cohort was charged; no credit takes it behind {@code floor}. */
  void charge(Flow flow, long service, long floor) {
    long charged = tag(flow) + service;
    flow.tag = (service < 0 && charged - floor < 0 ? Math.min(tag(flow), floor) : charged) - offset;
    byTag.moved(flow);
  }

  /** Lifts all flows together until the next one is level with {@code floor}, if it lags behind. */
  void catchUp(long floor) {
    Flow next = byTag.peek();
    if (next != null) {
      offset += Math.max(0, floor - tag(next));
    }
  }

  /** The earlier of {@code tag} and the start tag of the next flow, if there is one. */
  long level(long tag) {
    Flow next = byTag.peek();
    return next != null && tag(next) - tag < 0 ? tag(next) : tag;
  }

  boolean isIdle() {
    return waiting == 0 && byTag.isEmpty();
  }

  private static final class ByTag extends IndexedHeap<Flow> {
    @Override
    protected boolean before(Flow a, Flow b) {
      long difference = a.tag + a.deference() - (b.tag + b.deference());
      return difference != 0 ? difference < 0 : a.firstSequence() < b.firstSequence();
    }

    @Override
    protected int index(Flow flow) {
      return flow.tagIndex;
    }

    @Override
    protected void index(Flow flow, int index) {
      flow.tagIndex = index;
    }
  }

  private static final class ByAge extends IndexedHeap<Flow> {
    @Override
    protected boolean before(Flow a, Flow b) {
      return a.firstSequence() < b.firstSequence();
    }

    @Override
    protected int index(Flow flow) {
      return flow.ageIndex;
    }

    @Override
    protected void index(Flow flow, int index) {
      flow.ageIndex = index;
    }
  }
}
