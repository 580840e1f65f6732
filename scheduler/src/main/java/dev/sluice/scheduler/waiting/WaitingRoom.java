// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler.waiting;

import dev.sluice.scheduler.fairness.Claims;
import dev.sluice.scheduler.fairness.Entry;
import dev.sluice.scheduler.fairness.LaneOrder;
import dev.sluice.scheduler.fairness.LaneQueue;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.LongUnaryOperator;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The lanes of one pool with their deadlines and bounds. Not thread-safe; confined to the pool's lock.
 *
 * <p>Bounds are not enforced on entering: the caller enters a request, sees whether it can run at once, and only asks
 * {@link #fit} for what would really wait.
 */
public final class WaitingRoom {
  private final Deadlines deadlines = new Deadlines();
  private final Reviews reviews = new Reviews();
  private final List<LaneQueue> lanes = new ArrayList<>();
  private Bounds bounds;
  private LaneOrder order;
  private long bytes;

  public WaitingRoom(Bounds bounds, LaneOrder order) {
    this.bounds = bounds;
    this.order = order;
    resize(bounds.lanes().size());
  }

  /** How a newcomer fits. */
  public sealed interface Fit {
    /** There is room. */
    record Fits() implements Fit {}

    /** A bound is exceeded that nobody else's leaving may relieve. */
    record Full() implements Fit {}

    /** Within the bounds if {@code victims}, of worse lanes, leave. */
    record FitsWithout(List<Entry> victims) implements Fit {}
  }

  /** Lets {@code entry} wait in the lane it was placed in. */
  public void enter(Entry entry) {
    LaneQueue lane = lanes.get(entry.laneIndex());
    if (lane.isEmpty()) {
      order.backlogged(entry.laneIndex());
    }
    lane.add(entry);
    deadlines.add(entry);
    enterReviews(entry);
    bytes += entry.bytes();
  }

  /** Takes {@code entry} out without service. */
  public void withdraw(Entry entry) {
    lanes.get(entry.laneIndex()).withdraw(entry);
    deadlines.remove(entry);
    reviews.remove(entry);
    bytes -= entry.bytes();
  }

  /** Takes {@code entry} out for dispatch and charges its flow and lane. */
  public void serve(Entry entry, long nowNanos) {
    lanes.get(entry.laneIndex()).serve(entry);
    deadlines.remove(entry);
    reviews.remove(entry);
    bytes -= entry.bytes();
    order.dispatched(entry.laneIndex(), entry.tokens(), nowNanos);
  }

  /** Charges a lane for a request that did not wait. */
  public void passedThrough(int laneIndex, long tokens, long nowNanos) {
    order.backlogged(laneIndex);
    order.dispatched(laneIndex, tokens, nowNanos);
  }

  /** The waiter whose turn it is among those that may use an account outside {@code claims}, or null. */
  public @Nullable Entry next(Claims claims, long nowNanos) {
    return order.next(lanes, claims, nowNanos);
  }

  /** Time until the mere passing of time changes whose turn it is; {@link Long#MAX_VALUE} for never. */
  public long nextChangeInNanos(long nowNanos) {
    return order.nextChangeInNanos(lanes, nowNanos);
  }

  /** The waiter with the earliest deadline, or null. */
  public @Nullable Entry nextDeadline() {
    return deadlines.peek();
  }

  /**
   * The waiter with the earliest deadline of those that have none of their accounts before it, or null.
   *
   * @param readyInNanos for a set of accounts, one bit an account, the time before which none of them gives anything
   */
  public @Nullable Entry nextHopeless(LongUnaryOperator readyInNanos, long nowNanos) {
    return deadlines.peekBefore(readyInNanos, nowNanos);
  }

  /** The waiter whose prospects are to be looked at next, or null. */
  public @Nullable Entry nextReview() {
    return reviews.peek();
  }

  /** Takes a waiter out of that order, so that it may be planned anew. */
  public void leaveReviews(Entry entry) {
    reviews.remove(entry);
  }

  /** Puts a waiter into that order again, if its prospects are to be looked at. */
  public void enterReviews(Entry entry) {
    if (entry.hasReview()) {
      reviews.add(entry);
    }
  }

  /**
   * Whether the bounds hold with {@code entry}, which has entered, counted.
   *
   * @param displace whether waiters of worse lanes, the latest of the worst first, may be sent away when the total binds
   */
  public Fit fit(Entry entry, boolean displace) {
    LaneQueue lane = lanes.get(entry.laneIndex());
    if (lane.waitingOf(entry.flowName()) > bounds.maxRequestsPerFlow()
        || !bounds.lanes().get(entry.laneIndex()).admits(lane.size(), lane.bytes())) {
      return new Fit.Full();
    }
    if (bounds.total().admits(size(), bytes)) {
      return new Fit.Fits();
    }
    return displace ? displacing(entry) : new Fit.Full();
  }

  private Fit displacing(Entry entry) {
    List<Entry> victims = new ArrayList<>();
    int requests = size();
    long remainingBytes = bytes;
    for (int i = lanes.size() - 1; i > entry.laneIndex(); i--) {
      for (Entry victim = lanes.get(i).youngest(); victim != null; victim = lanes.get(i).before(victim)) {
        victims.add(victim);
        requests--;
        remainingBytes -= victim.bytes();
        if (bounds.total().admits(requests, remainingBytes)) {
          return new Fit.FitsWithout(List.copyOf(victims));
        }
      }
    }
    return new Fit.Full();
  }

  /** Tokens that go before {@code entry}, which has entered, under the policy. */
  public long tokensAhead(Entry entry) {
    long own = lanes.get(entry.laneIndex()).workAhead().before(entry);
    return own + order.aheadInOtherLanes(lanes, entry.laneIndex(), entry.mask(), own);
  }

  /** Tokens that would go before a repeat of {@code entry}, which has left, if its lane were first come first served. */
  public long tokensBeforeRepeat(Entry entry) {
    long own = lanes.get(entry.laneIndex()).workAhead().competing(entry.mask());
    return own + order.aheadInOtherLanes(lanes, entry.laneIndex(), entry.mask(), own);
  }

  /**
   * Changes bounds, policy and the number of lanes while requests wait. Everyone gets up and is seated again in the order of
   * arrival; flows keep what they owe.
   *
   * @param seating places a waiter anew, or says that it has no place any more
   * @return those without a place, in the order of arrival
   */
  public List<Entry> reshape(Bounds newBounds, LaneOrder newOrder, Predicate<Entry> seating) {
    lanes.forEach(LaneQueue::beginReseating);
    List<Entry> everyone = lanes.stream()
        .flatMap(lane -> Stream.iterate(lane.eldest(), entry -> entry != null, lane::after))
        .sorted(Comparator.comparingLong(Entry::sequence))
        .toList();
    everyone.forEach(this::withdraw);
    bounds = newBounds;
    order = newOrder;
    resize(newBounds.lanes().size());
    List<Entry> unseated = new ArrayList<>();
    for (Entry entry : everyone) {
      if (seating.test(entry)) {
        enter(entry);
      } else {
        unseated.add(entry);
      }
    }
    lanes.forEach(LaneQueue::endReseating);
    return List.copyOf(unseated);
  }

  private void resize(int count) {
    while (lanes.size() > count) {
      lanes.removeLast();
    }
    while (lanes.size() < count) {
      lanes.add(new LaneQueue());
    }
  }

  public int size() {
    return deadlines.size();
  }

  public boolean isEmpty() {
    return deadlines.size() == 0;
  }

  public long bytes() {
    return bytes;
  }

  /** Estimated tokens of all waiters. */
  public long tokens() {
    long tokens = 0;
    for (LaneQueue lane : lanes) {
      tokens += lane.tokens();
    }
    return tokens;
  }

  /** The policy in force. */
  public LaneOrder order() {
    return order;
  }

  /** Whether somebody waits in a lane. */
  public boolean isWaitedIn(int laneIndex) {
    return !lanes.get(laneIndex).isEmpty();
  }

  public LaneQueue lane(int laneIndex) {
    return lanes.get(laneIndex);
  }

  public int lanes() {
    return lanes.size();
  }
}
