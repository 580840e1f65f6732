// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler;

/**
 * In which lane of one pool requests wait, for which accounts, until when, and when their prospects are looked at meanwhile. Not
 * thread-safe; confined to the pool's lock.
 *
 * <p>A waiter's prospects are looked at when half of what is left of its patience has passed, and again, until too little is left for that to be
 * worth anything: as often as the patience can be halved, at instants of its own.
 */
final class Seats {
  /** With less left than this it makes no difference to be sent away earlier. */
  private static final long LEAST_REVIEW_NANOS = 200_000_000L;

  private static final long FOREVER_NANOS = Patience.FOREVER_NANOS;

  private final PoolAccounts accounts;
  private SchedulerConfig config;

  Seats(PoolAccounts accounts, SchedulerConfig config) {
    this.accounts = accounts;
    this.config = config;
  }

  void reconfigure(SchedulerConfig next) {
    config = next;
  }

  /** The lane of a request: the last one if there is none so far down. */
  int lane(WorkRequest request) {
    return Math.min(request.lane(), config.lanes().size() - 1);
  }

  /** The accounts that can serve a request, one bit an account. */
  long mask(WorkRequest request) {
    return accounts.holding(accounts.named(request.providers()), request.contextTokens());
  }

  /** Says where a newcomer would wait, for accounts of which there are some. */
  void place(Waiter waiter, long mask) {
    int lane = lane(waiter.request());
    long arrivalNanos = waiter.arrivalNanos();
    long patienceNanos = Math.min(waiter.request().maxWaitNanos(), config.lanes().get(lane).maxWaitNanos());
    long limitNanos = Math.min(patienceNanos, accounts.patienceNanos(mask));
    waiter.patientUntil(arrivalNanos + Math.min(patienceNanos, FOREVER_NANOS));
    waiter.place(lane, mask, arrivalNanos + Math.min(limitNanos, FOREVER_NANOS));
    planReview(waiter, arrivalNanos);
  }

  /** Says where a waiter goes on waiting after a change; false if no account can serve it any more. */
  boolean placeAnew(Waiter waiter, long nowNanos) {
    int lane = Math.min(waiter.laneIndex(), config.lanes().size() - 1);
    long mask = mask(waiter.request());
    long laneDeadline = waiter.arrivalNanos() + Math.min(config.lanes().get(lane).maxWaitNanos(), FOREVER_NANOS);
    if (laneDeadline - waiter.patientUntilNanos() < 0) {
      waiter.patientUntil(laneDeadline);
    }
    waiter.place(lane, mask, Patience.deadline(accounts, waiter, mask, nowNanos));
    if (!config.refuseWhileWaiting() || !waiter.hasReview() || waiter.reviewNanos() - waiter.deadlineNanos() >= 0) {
      planReview(waiter, nowNanos);
    }
    return mask != 0;
  }

  /** Says when the prospects of {@code waiter} are looked at next, if they are. */
  void planReview(Waiter waiter, long nowNanos) {
    long leftNanos = waiter.deadlineNanos() - nowNanos;
    if (config.refuseWhileWaiting() && leftNanos / 2 >= LEAST_REVIEW_NANOS && leftNanos < FOREVER_NANOS / 2) {
      waiter.reviewAt(nowNanos + leftNanos / 2);
    } else {
      waiter.noReview();
    }
  }
}
