// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler.fairness;

import dev.sluice.scheduler.capacity.Saturating;
import java.util.List;

/**
 * Estimated tokens of a lane's waiters that compete with a request. Not thread-safe; a view of the lane, confined to the
 * pool's lock.
 *
 * <p>A cohort that shares only some of its accounts with the request counts in that proportion. Inside the request's own lane,
 * another flow stands before it with what it has queued up to the request's start tag and deference; of each cohort, and of the request's
 * own flow, at most {@link #SAMPLES} members are looked at and the rest taken to be alike, so the cost is bounded.
 */
public final class WorkAhead {
  /** Flows of a cohort that are looked at. */
  static final int SAMPLES = 64;

  private final List<Cohort> cohorts;

  WorkAhead(List<Cohort> cohorts) {
    this.cohorts = cohorts;
  }

  /** Tokens of the whole lane that compete for the accounts in {@code mask}. */
  public long competing(long mask) {
    long tokens = 0;
    for (Cohort cohort : cohorts) {
      tokens += share(cohort, mask, cohort.waitingTokens);
    }
    return tokens;
  }

  /** Tokens that go before {@code entry}, which waits in this lane, by fairness. */
  public long before(Entry entry) {
    Flow own = entry.flow;
    Cohort ownCohort = own == null ? null : own.cohort;
    if (own == null || ownCohort == null) {
      return 0;
    }
    int before = placesBefore(own, entry);
    int others = Math.max(1, own.waiters.size() - 1);
    long startTag = ownCohort.tag(own) + entry.deference() + Saturating.scale(own.waitingService - entry.service(), before, others);
    long tokens = Saturating.scale(own.waitingTokens - entry.tokens(), before, others);
    for (Cohort cohort : cohorts) {
      tokens = Saturating.add(tokens, share(cohort, entry.mask(), sampled(cohort, own, startTag)));
    }
    return tokens;
  }

  /** How many of its flow go before {@code entry}, as far as a sample tells. */
  private static int placesBefore(Flow own, Entry entry) {
    int waiters = own.waiters.size();
    int stride = Math.max(1, Math.ceilDiv(waiters, SAMPLES));
    int before = 0;
    int looked = 0;
    for (int i = 0; i < waiters; i += stride) {
      Entry other = own.waiters.get(i);
      if (other.sequence() != entry.sequence()) {
        before += other.goesBefore(entry) ? 1 : 0;
        looked++;
      }
    }
    return looked == 0 ? 0 : (int) Saturating.scale(waiters - 1L, before, looked);
  }

  private static long sampled(Cohort cohort, Flow own, long startTag) {
    int flows = cohort.byTag.size();
    int stride = Math.max(1, Math.ceilDiv(flows, SAMPLES));
    long tokens = 0;
    int looked = 0;
    for (int i = 0; i < flows; i += stride) {
      Flow flow = cohort.byTag.get(i);
      tokens = Saturating.add(tokens, flow == own ? 0 : before(cohort, flow, own, startTag));
      looked++;
    }
    return looked == 0 ? 0 : Saturating.scale(tokens, flows, looked);
  }

  private static long before(Cohort cohort, Flow flow, Flow own, long startTag) {
    Entry head = flow.first();
    long lead = startTag - cohort.tag(flow) - flow.deference();
    if (head == null || lead < 0 || (lead == 0 && flow.firstSequence() > own.firstSequence())) {
      return 0;
    }
    long service = Math.min(flow.waitingService, Math.max(head.service(), lead));
    return Saturating.scale(flow.waitingTokens, service, flow.waitingService);
  }

  private static long share(Cohort cohort, long mask, long tokens) {
    long common = cohort.mask & mask;
    return common == cohort.mask ? tokens : Saturating.scale(tokens, Long.bitCount(common), Long.bitCount(cohort.mask));
  }
}
