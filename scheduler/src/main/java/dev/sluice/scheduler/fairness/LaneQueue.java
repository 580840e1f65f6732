// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler.fairness;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The waiters of one lane: fair between flows by service, first come first served inside a flow, but for what {@link Hold} says of
 * places. Not thread-safe; confined to the pool's lock.
 *
 * <p>While two flows stay backlogged with requests that may use the same accounts, the service they get differs by at most
 * {@link #MAX_LAG} and their largest requests: the next flow is the one with the least start tag plus deference, a deference is at most
 * MAX_LAG, and a start moves a tag by its request's service.
 *
 * <p>A flow joins level with the lane's virtual time, or with its cohort where that lags. One that runs empty is remembered while
 * its finish tag is ahead of every level it could join at, so that coming back with one request at a time gains nothing over
 * keeping a backlog. At most {@link #MAX_REMEMBERED} are; beyond that the virtual time moves up to the least finish tag, which
 * forgives nobody and costs newcomers at most one request's service. Once the lane is
 * empty nobody contends and all debts lapse, as at the end of a busy period in the paper.
 */
public final class LaneQueue {
  /** How far a cohort may fall behind the lane's virtual time, in service units. */
  public static final long MAX_LAG = 1L << 15;

  /** How many flows without waiters are remembered at most. */
  public static final int MAX_REMEMBERED = 4096;

  private final Map<String, Flow> flows = new HashMap<>();
  private final FinishedFlows finished = new FinishedFlows();
  private final Cohorts cohorts = new Cohorts();
  private final ArrivalOrder arrivals = new ArrivalOrder();
  private long virtualTime;
  private boolean reseating;

  public int size() {
    return arrivals.size();
  }

  public boolean isEmpty() {
    return arrivals.size() == 0;
  }

  public long bytes() {
    return arrivals.bytes();
  }

  /** Estimated tokens of all waiters. */
  public long tokens() {
    return arrivals.tokens();
  }

  /** The waiter that came first, or null. */
  public @Nullable Entry eldest() {
    return arrivals.eldest();
  }

  /** The waiter that came last, or null. */
  public @Nullable Entry youngest() {
    return arrivals.youngest();
  }

  /** The waiter that came just after {@code entry}, or null. */
  public @Nullable Entry after(Entry entry) {
    return entry.nextInLane;
  }

  /** The waiter that came just before {@code entry}, or null. */
  public @Nullable Entry before(Entry entry) {
    return entry.previousInLane;
  }

  /** Waiters of one flow. */
  public int waitingOf(String flowName) {
    Flow flow = flows.get(flowName);
    return flow == null ? 0 : flow.waiters.size();
  }

  /** Flows that take memory: those with waiters and those remembered. */
  public int knownFlows() {
    return flows.size();
  }

  /** Puts {@code entry} last in its flow; it arrived after everyone in the lane. */
  public void add(Entry entry) {
    Cohort cohort = cohorts.of(entry.mask());
    long level = cohort.level(virtualTime);
    Flow flow = flows.computeIfAbsent(entry.flowName(), name -> newFlow(name, level));
    finished.remove(flow);
    Entry head = flow.first();
    if (head == null) {
      flow.add(entry);
      cohort.add(flow, later(flow.tag, level));
    } else if (entry.goesBefore(head)) {
      Cohort left = cohortOf(flow);
      long tag = left.tag(flow);
      left.remove(flow);
      flow.add(entry);
      cohort.add(flow, tag);
    } else {
      flow.add(entry);
    }
    cohort.waiting++;
    cohort.waitingTokens += entry.tokens();
    arrivals.add(entry);
  }

  /** Takes {@code entry} out without service. */
  public void withdraw(Entry entry) {
    leave(entry, 0);
  }

  /** Takes {@code entry}, the first of its flow, out and charges the flow for it. */
  public void serve(Entry entry) {
    Flow flow = flowOf(entry);
    Cohort cohort = cohortOf(flow);
    if (cohort.byTag.peek() == flow) {
      virtualTime = later(virtualTime, cohort.tag(flow));
    }
    leave(entry, entry.service());
    cohorts.catchUp(virtualTime - MAX_LAG);
  }

  /**
   * Charges a flow for service beyond what it was charged at the start, or less if negative. In an empty lane nobody contends, so
   * nothing is owed.
   */
  public void correct(String flowName, long service) {
    if (isEmpty() || service == 0) {
      return;
    }
    Flow flow = flows.get(flowName);
    if (flow == null && service > 0) {
      flow = newFlow(flowName, cohorts.floor(virtualTime));
      flows.put(flowName, flow);
      finished.add(flow);
    }
    if (flow != null && flow.cohort != null) {
      flow.cohort.charge(flow, service, virtualTime - MAX_LAG);
    } else if (flow != null) {
      flow.tag = later(flow.tag, cohorts.floor(virtualTime)) + service; // a debt below the floor had lapsed already
      finished.moved(flow);
    }
    forget();
  }

  /** The waiter next by fairness among those that may use an account outside {@code claimed}, or null. */
  public @Nullable Entry next(long claimed) {
    return cohorts.next(claimed);
  }

  /** The waiter that came first among those whose turn it is in their flows and that may use an account outside {@code claimed}, or null. */
  public @Nullable Entry oldest(long claimed) {
    return cohorts.oldest(claimed);
  }

  /** The accounts that its waiters may use, one bit an account; {@code but}, if it is one of them, does not count. */
  public long awaited(@Nullable Entry but) {
    return cohorts.awaited(but);
  }

  /** Calls {@code visitor} with the oldest waiter of every eligibility mask. */
  public void forEachOldest(Consumer<Entry> visitor) {
    cohorts.forEachOldest(visitor);
  }

  /** Calls {@code visitor} with the waiter next by fairness of every eligibility mask. */
  public void forEachNext(Consumer<Entry> visitor) {
    cohorts.forEachNext(visitor);
  }

  /** Keeps every debt from now on, also of the empty lane, because its waiters only change seats. */
  public void beginReseating() {
    reseating = true;
  }

  /** Ends what {@link #beginReseating} began. */
  public void endReseating() {
    reseating = false;
    forget();
  }

  /** A view of how much work waits here. */
  public WorkAhead workAhead() {
    return cohorts.workAhead();
  }

  private static Flow newFlow(String name, long tag) {
    Flow flow = new Flow(name);
    flow.tag = tag;
    return flow;
  }

  private void leave(Entry entry, long service) {
    Flow flow = flowOf(entry);
    boolean wasFirst = entry.flowIndex == 0;
    Cohort own = cohorts.of(entry.mask());
    own.waiting--;
    own.waitingTokens -= entry.tokens();
    if (wasFirst) {
      Cohort cohort = cohortOf(flow);
      long tag = cohort.tag(flow) + service;
      cohort.remove(flow);
      flow.remove(entry);
      Entry next = flow.first();
      if (next == null) {
        flow.tag = tag;
        finished.add(flow);
      } else {
        cohorts.of(next.mask()).add(flow, tag);
      }
    } else {
      flow.remove(entry);
    }
    cohorts.removeIfIdle(own);
    arrivals.remove(entry);
    forget();
  }

  private void forget() {
    if (reseating) {
      return;
    }
    if (isEmpty()) {
      flows.clear();
      for (Flow flow = finished.peek(); flow != null; flow = finished.peek()) {
        finished.remove(flow);
      }
      return;
    }
    long floor = finished.isEmpty() ? virtualTime : cohorts.floor(virtualTime);
    for (Flow flow = finished.peek(); flow != null; flow = finished.peek()) {
      if (finished.size() <= MAX_REMEMBERED && flow.tag - floor > 0) {
        return;
      }
      virtualTime = later(virtualTime, flow.tag);
      finished.remove(flow);
      flows.remove(flow.name);
    }
  }

  private static Flow flowOf(Entry entry) {
    Flow flow = entry.flow;
    if (flow == null) {
      throw new IllegalStateException("entry waits in no lane");
    }
    return flow;
  }

  private static Cohort cohortOf(Flow flow) {
    Cohort cohort = flow.cohort;
    if (cohort == null) {
      throw new IllegalStateException("flow has no waiter");
    }
    return cohort;
  }

  private static long later(long a, long b) {
    return a - b >= 0 ? a : b;
  }
}
