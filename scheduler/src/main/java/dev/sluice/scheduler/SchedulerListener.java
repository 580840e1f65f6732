// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler;

import java.util.Optional;

/**
 * Hears what a scheduler does, for metrics. Implementations are thread-safe and don't block.
 *
 * <p>Called without any lock held, on the thread whose event decided. What a method throws is passed to
 * {@link #callbackFailed}; what that throws is dropped.
 */
public interface SchedulerListener {
  /** Hears nothing. */
  SchedulerListener NONE = new SchedulerListener() {};

  /** A request got a lease; {@code queued} if it waited. */
  default void admitted(String model, String provider, int lane, long waitNanos, boolean queued) {}

  /** A request that waited got a lease; {@code predictedNanos} was foretold on arrival. */
  default void waited(String model, int lane, long predictedNanos, long waitNanos) {}

  /** A request was refused on arrival. With {@link RejectReason#UNKNOWN_MODEL}, {@code model} is whatever the caller sent. */
  default void rejected(String model, int lane, RejectReason reason) {}

  /** A waiter was sent away. */
  default void evicted(String model, int lane, EvictReason reason, long waitNanos) {}

  /**
   * A lease ended.
   *
   * @param actual what was reported; {@link TokenCost#ZERO} for cancelled leases, the estimate for expired ones
   */
  default void leaseEnded(Lease lease, LeaseEnd end, TokenCost actual) {}

  /** Whether {@link #decided} wants records; asked for each, so that none is made in vain. */
  default boolean wantsDecisions() {
    return false;
  }

  /**
   * The wait of one request is over, if it had any. Requests for a model that no pool serves are left out.
   *
   * @param lease what it was granted; {@link #leaseEnded} hears of its end. Empty if it was refused or sent away
   */
  default void decided(DecisionRecord record, Optional<Lease> lease) {}

  /** A request of one lane started where the shadow policy would have started one of {@code shadowLane}, possibly the same. */
  default void shadowed(String model, int lane, int shadowLane) {}

  /** A lease that had ended was ended again. */
  default void lateEnd(String model) {}

  /** A {@link WaitListener} or a method of this interface threw. */
  default void callbackFailed(Throwable failure) {}
}
