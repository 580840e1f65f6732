// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler.fairness;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The cohorts of one lane, of which there are few. Not thread-safe; confined to the pool's lock. */
final class Cohorts {
  private final List<Cohort> cohorts = new ArrayList<>(1);

  /** The cohort of a mask, made if need be. */
  Cohort of(long mask) {
    for (int i = 0; i < cohorts.size(); i++) {
      if (cohorts.get(i).mask == mask) {
        return cohorts.get(i);
      }
    }
    Cohort cohort = new Cohort(mask);
    cohorts.add(cohort);
    return cohort;
  }

  void removeIfIdle(Cohort cohort) {
    if (cohort.isIdle()) {
      cohorts.remove(cohort);
    }
  }

  /** The waiter next by fairness among those that may use an account outside {@code claimed}, or null. */
  @Nullable Entry next(long claimed) {
    Flow best = null;
    long bestTag = 0;
    for (int i = 0; i < cohorts.size(); i++) {
      Cohort cohort = cohorts.get(i);
      Flow flow = (cohort.mask & ~claimed) == 0 ? null : cohort.byTag.peek();
      if (flow != null) {
        long tag = cohort.tag(flow) + flow.deference();
        long difference = tag - bestTag;
        if (best == null || difference < 0 || (difference == 0 && flow.firstSequence() < best.firstSequence())) {
          best = flow;
          bestTag = tag;
        }
      }
    }
    return best == null ? null : best.first();
  }

  /** The waiter that came first among those whose turn it is in their flows and that may use an account outside {@code claimed}, or null. */
  @Nullable Entry oldest(long claimed) {
    Flow best = null;
    for (int i = 0; i < cohorts.size(); i++) {
      Cohort cohort = cohorts.get(i);
      Flow flow = (cohort.mask & ~claimed) == 0 ? null : cohort.byAge.peek();
      if (flow != null && (best == null || flow.firstSequence() < best.firstSequence())) {
        best = flow;
      }
    }
    return best == null ? null : best.first();
  }

  /** The accounts that waiters may use, one bit an account; {@code but}, if it is one of them, does not count. */
  long awaited(@Nullable Entry but) {
    long mask = 0;
    for (int i = 0; i < cohorts.size(); i++) {
      Cohort cohort = cohorts.get(i);
      boolean alone = cohort.waiting == 1 && but != null && but.flow != null && but.mask() == cohort.mask;
      mask |= cohort.waiting == 0 || alone ? 0 : cohort.mask;
    }
    return mask;
  }

  void forEachOldest(Consumer<Entry> visitor) {
    for (Cohort cohort : cohorts) {
      visit(cohort.byAge.peek(), visitor);
    }
  }

  void forEachNext(Consumer<Entry> visitor) {
    for (Cohort cohort : cohorts) {
      visit(cohort.byTag.peek(), visitor);
    }
  }

  private static void visit(@Nullable Flow flow, Consumer<Entry> visitor) {
    Entry head = flow == null ? null : flow.first();
    if (head != null) {
      visitor.accept(head);
    }
  }

  /** Lifts every cohort whose next flow lags behind {@code floor}. */
  void catchUp(long floor) {
    for (int i = 0; i < cohorts.size(); i++) {
      cohorts.get(i).catchUp(floor);
    }
  }

  /** The earliest of {@code virtualTime} and the start tags of the cohorts' next flows. */
  long floor(long virtualTime) {
    long floor = virtualTime;
    for (int i = 0; i < cohorts.size(); i++) {
      floor = cohorts.get(i).level(floor);
    }
    return floor;
  }

  WorkAhead workAhead() {
    return new WorkAhead(cohorts);
  }
}
