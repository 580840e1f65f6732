// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler.fairness;

import dev.sluice.scheduler.order.IndexedHeap;
import org.jspecify.annotations.Nullable;

/**
 * One waiting request, as the queues see it: an intrusive member of its flow, its lane's arrival order and the deadlines. Not
 * thread-safe; confined to the pool's lock.
 */
public abstract class Entry {
  private final String flowName;
  private final long tokens;
  private final long service;
  private final long bytes;
  private final long arrivalNanos;
  private final long sequence;
  private long mask;
  private int laneIndex;
  private long deadlineNanos;
  private int deadlineIndex = IndexedHeap.ABSENT;
  private long reviewNanos;
  private boolean reviewed;
  private int reviewIndex = IndexedHeap.ABSENT;
  private Hold hold = Hold.NONE;

  @Nullable Flow flow;
  int flowIndex = IndexedHeap.ABSENT;
  @Nullable Entry previousInLane;
  @Nullable Entry nextInLane;

  /**
   * A request that waits nowhere yet.
   *
   * @param size what it weighs
   * @param sequence its rank by arrival, unique in the pool
   */
  protected Entry(String flowName, Size size, long arrivalNanos, long sequence) {
    this.flowName = flowName;
    this.tokens = size.tokens();
    this.service = Math.max(1, size.service());
    this.bytes = size.bytes();
    this.arrivalNanos = arrivalNanos;
    this.sequence = sequence;
  }

  /**
   * The weights of a request. Immutable.
   *
   * @param tokens what it takes of an account
   * @param service what it counts for among flows
   * @param bytes memory it holds while waiting
   */
  public record Size(long tokens, long service, long bytes) {}

  /**
   * Says where to wait; only while the request waits nowhere.
   *
   * @param newMask accounts it may use, one bit an account
   */
  public final void place(int newLaneIndex, long newMask, long newDeadlineNanos) {
    laneIndex = newLaneIndex;
    mask = newMask;
    deadlineNanos = newDeadlineNanos;
  }

  /** Says how long it would hold its place, if places are what is short; only before it waits anywhere. */
  public final void expect(Hold expected) {
    hold = expected;
  }

  /** Service by which other flows may get ahead of its own. */
  final long deference() {
    return hold.deference();
  }

  /** True if it goes before another of its flow: the one that would end first had both begun on arrival. */
  final boolean goesBefore(Entry other) {
    long difference = arrivalNanos + hold.nanos() - (other.arrivalNanos + other.hold.nanos());
    return difference != 0 ? difference < 0 : sequence < other.sequence;
  }

  public final String flowName() {
    return flowName;
  }

  /** Accounts it may use, one bit an account; never 0 while it waits. */
  public final long mask() {
    return mask;
  }

  public final int laneIndex() {
    return laneIndex;
  }

  public final long tokens() {
    return tokens;
  }

  /** What it counts for among flows; at least 1, so that empty requests take turns too. */
  public final long service() {
    return service;
  }

  public final long bytes() {
    return bytes;
  }

  public final long arrivalNanos() {
    return arrivalNanos;
  }

  public final long sequence() {
    return sequence;
  }

  public final long deadlineNanos() {
    return deadlineNanos;
  }

  /** Says when its prospects are looked at next; only while it is in no heap of reviews. */
  public final void reviewAt(long instantNanos) {
    reviewNanos = instantNanos;
    reviewed = true;
  }

  /** Says that its prospects are not looked at again; as {@link #reviewAt}. */
  public final void noReview() {
    reviewed = false;
  }

  /** Whether its prospects are to be looked at. */
  public final boolean hasReview() {
    return reviewed;
  }

  /** When its prospects are looked at next, if they are. */
  public final long reviewNanos() {
    return reviewNanos;
  }

  /** Its place among the reviews. */
  public final int reviewIndex() {
    return reviewIndex;
  }

  /** Keeps its place among the reviews. */
  public final void reviewIndex(int index) {
    reviewIndex = index;
  }

  /** True while it waits in a lane. */
  public final boolean isWaiting() {
    return flow != null;
  }

  /** Its place among the deadlines. */
  public final int deadlineIndex() {
    return deadlineIndex;
  }

  /** Keeps its place among the deadlines. */
  public final void deadlineIndex(int index) {
    deadlineIndex = index;
  }
}
