// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler;

import dev.sluice.scheduler.DecisionRecord.Bound;
import dev.sluice.scheduler.fairness.Entry;

/** A request in a waiting room, and its {@link Ticket}. Thread-safe as a ticket; the rest is confined to the pool's lock. */
final class Waiter extends Entry implements Ticket {
  /** More bytes than this count as this many, so that sums over all waiters stay in range. */
  private static final long MAX_BYTES = 1L << 42;

  private final Pool pool;
  private final WorkRequest request;
  private final WaitListener listener;
  private long predictedWaitNanos;
  private long patientUntilNanos;
  private long lastPredictedNanos;
  private long lastPredictedAtNanos;
  private int position;
  private Bound bound = Bound.NONE;

  Waiter(Pool pool, WorkRequest request, WaitListener listener, long arrivalNanos, long sequence) {
    super(
        request.flow(),
        new Size(request.cost().total(), request.service(), Math.min(request.bytes(), MAX_BYTES)),
        arrivalNanos,
        sequence);
    this.pool = pool;
    this.request = request;
    this.listener = listener;
  }

  WorkRequest request() {
    return request;
  }

  WaitListener listener() {
    return listener;
  }

  /** When its patience ends if a provider is healthy; what it is placed with may be sooner. */
  void patientUntil(long instantNanos) {
    patientUntilNanos = instantNanos;
  }

  long patientUntilNanos() {
    return patientUntilNanos;
  }

  /** Whether it gives up before its time because no provider is healthy. */
  boolean givesUpEarly() {
    return deadlineNanos() - patientUntilNanos < 0;
  }

  /** Keeps what was foretold; before anyone else sees the ticket. */
  void foretold(DecisionNotes.Arrival arrival) {
    foretold(arrival.predictedWaitNanos(), arrivalNanos());
    predictedWaitNanos = arrival.predictedWaitNanos();
    position = arrival.position();
    bound = arrival.bound();
  }

  /** Keeps what was foretold at an instant, to be compared with what happens. */
  void foretold(long remainingNanos, long atNanos) {
    lastPredictedNanos = remainingNanos;
    lastPredictedAtNanos = atNanos;
  }

  /** The wait that was last foretold. */
  long lastPredictedNanos() {
    return lastPredictedNanos;
  }

  /** When that was. */
  long lastPredictedAtNanos() {
    return lastPredictedAtNanos;
  }

  /** What kept it from starting on arrival. */
  Bound bound() {
    return bound;
  }

  @Override
  public boolean cancel() {
    return pool.cancel(this);
  }

  @Override
  public long predictedWaitNanos() {
    return predictedWaitNanos;
  }

  @Override
  public int position() {
    return position;
  }

  @Override
  public String toString() {
    return "Ticket[lane=" + laneIndex() + ", position=" + position + "]";
  }
}
