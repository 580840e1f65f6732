// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler.fairness;

import dev.sluice.scheduler.order.IndexedHeap;

/** Flows without waiters that are still ahead of their lane's virtual time, least finish tag first. Not thread-safe. */
final class FinishedFlows extends IndexedHeap<Flow> {
  @Override
  protected boolean before(Flow a, Flow b) {
    long difference = a.tag - b.tag;
    return difference != 0 ? difference < 0 : a.name.compareTo(b.name) < 0;
  }

  @Override
  protected int index(Flow flow) {
    return flow.rememberedIndex;
  }

  @Override
  protected void index(Flow flow, int index) {
    flow.rememberedIndex = index;
  }
}
