// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler.simulation;

import dev.sluice.scheduler.Decision;
import dev.sluice.scheduler.EvictReason;
import dev.sluice.scheduler.Lease;
import dev.sluice.scheduler.PreparedChange;
import dev.sluice.scheduler.Scheduler;
import dev.sluice.scheduler.SchedulerConfig;
import dev.sluice.scheduler.SchedulerListener;
import dev.sluice.scheduler.SchedulerSnapshot.PoolSnapshot;
import dev.sluice.scheduler.WaitListener;
import dev.sluice.scheduler.WorkRequest;
import java.util.ArrayList;
import java.util.List;

/** A scheduler on a fake clock with a log of everything that became of the requests put to it. Not thread-safe. */
public final class Desk {
  public final FakeClock clock = new FakeClock();
  public final Scheduler scheduler;

  /** Leases in the order of their dispatch, of requests that waited or not. */
  public final List<Lease> leases = new ArrayList<>();

  /** What became of requests, in order: {@code name>provider}, {@code name!reason}. */
  public final List<String> log = new ArrayList<>();

  /** Retry-after of the last refusal or eviction. */
  public long retryAfterNanos;

  public Desk(Setup setup) {
    this(setup, SchedulerListener.NONE);
  }

  public Desk(Setup setup, SchedulerListener listener) {
    this(setup.config(), listener);
  }

  public Desk(SchedulerConfig config, SchedulerListener listener) {
    this.scheduler = new Scheduler(config, clock, clock, listener);
  }

  /** Submits under the name that the log shows. */
  public Decision submit(String name, WorkRequest request) {
    Decision decision = scheduler.submit(Setup.MODEL, request, new WaitListener() {
      @Override
      public void dispatched(Lease lease) {
        leases.add(lease);
        log.add(name + ">" + lease.provider());
      }

      @Override
      public void evicted(EvictReason reason, long retryAfter) {
        retryAfterNanos = retryAfter;
        log.add(name + "!" + reason);
      }
    });
    if (decision instanceof Decision.Admitted admitted) {
      leases.add(admitted.lease());
      log.add(name + ">" + admitted.lease().provider());
    } else if (decision instanceof Decision.Rejected rejected) {
      retryAfterNanos = rejected.retryAfterNanos();
      log.add(name + "!" + rejected.reason());
    }
    return decision;
  }

  /** Submits under the flow's name. */
  public Decision submit(int lane, String flow, long tokens) {
    return submit(flow, Setup.request(lane, flow, tokens));
  }

  public void advanceNanos(long nanos) {
    clock.advanceNanos(nanos);
  }

  /** Ends the oldest open lease with exactly its estimate. */
  public void settleFirst() {
    Lease lease = leases.removeFirst();
    lease.settle(lease.cost());
  }

  public void change(SchedulerConfig next) {
    PreparedChange change = scheduler.prepare(next);
    change.commit();
  }

  public PoolSnapshot pool() {
    return scheduler.snapshot().pools().getFirst();
  }
}
