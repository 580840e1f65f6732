// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.sharing;

import dev.sluice.plugin.time.AlarmClock;
import dev.sluice.routing.redis.RedisLink;
import dev.sluice.routing.slice.SliceDesk;
import dev.sluice.routing.slice.SliceListener;
import dev.sluice.scheduler.Decision;
import dev.sluice.scheduler.EvictReason;
import dev.sluice.scheduler.Lease;
import dev.sluice.scheduler.LeaseEnd;
import dev.sluice.scheduler.Scheduler;
import dev.sluice.scheduler.SchedulerConfig;
import dev.sluice.scheduler.SchedulerListener;
import dev.sluice.scheduler.TokenCost;
import dev.sluice.scheduler.WaitListener;
import dev.sluice.scheduler.WorkRequest;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** A scheduler that shares its capacity, and callers of it who come back as soon as they were served or turned away. Thread-safe. */
final class SharedNode implements AutoCloseable {
  private final String model;
  private final Together together;
  private final AlarmClock alarms = new AlarmClock(System::nanoTime);
  private final RedisLink link;
  private final AtomicInteger callers = new AtomicInteger();
  private final AtomicInteger present = new AtomicInteger();
  private final AtomicLong served = new AtomicLong();
  private final AtomicLong refused = new AtomicLong();
  private final Scheduler scheduler;
  private final CapacitySharing sharing;
  private final BlockingQueue<String> news = new LinkedBlockingQueue<>();

  /**
   * What nodes have in common.
   *
   * @param timer ends requests
   * @param inFlight requests of all nodes that run
   * @param tokens that were granted to all of them
   */
  record Together(ScheduledExecutorService timer, AtomicInteger inFlight, AtomicInteger most, AtomicLong tokens) {
    private void began(long cost) {
      tokens.addAndGet(cost);
      most.accumulateAndGet(inFlight.incrementAndGet(), Math::max);
    }
  }

  /** What a caller asks for, and for how long it keeps its place. */
  record Work(int lane, long tokens, Duration hold) {}

  SharedNode(String model, SchedulerConfig config, int redisPort, SliceDesk.Bounds bounds, Together together) {
    this.model = model;
    this.together = together;
    this.scheduler =
        new Scheduler(
            config,
            System::nanoTime,
            alarms,
            new SchedulerListener() {
              @Override
              public void leaseEnded(Lease lease, LeaseEnd end, TokenCost actual) {
                together.inFlight().decrementAndGet();
              }
            });
    this.link = RedisLink.open("redis://127.0.0.1:" + redisPort, Optional.empty());
    this.sharing =
        new CapacitySharing(
            scheduler,
            link,
            bounds,
            System::nanoTime,
            new SliceListener() {
              @Override
              public void lost(String cause) {
                news.add("lost");
              }

              @Override
              public void found() {
                news.add("found");
              }

              @Override
              public void renamed(String node) {
                news.add("renamed");
              }
            });
    sharing.awaitFirst(Duration.ofSeconds(10));
  }

  /** Has so many callers from now on, each with one request at a time; those beyond leave when they have been served. */
  void callers(int count, Work work) {
    callers.set(count);
    while (present.get() < count) {
      present.incrementAndGet();
      call(work);
    }
  }

  private void call(Work work) {
    if (present.get() > callers.get()) {
      present.decrementAndGet();
      return;
    }
    TokenCost cost = new TokenCost(work.tokens() / 2, work.tokens() - work.tokens() / 2);
    WorkRequest request = new WorkRequest("account", work.lane(), cost, cost.outputTokens(), 0, Long.MAX_VALUE, Set.of());
    Decision decision =
        scheduler.submit(
            model,
            request,
            new WaitListener() {
              @Override
              public void dispatched(Lease lease) {
                began(lease, work);
              }

              @Override
              public void evicted(EvictReason reason, long retryAfterNanos) {
                again(work);
              }
            });
    switch (decision) {
      case Decision.Admitted admitted -> began(admitted.lease(), work);
      case Decision.Queued queued -> {}
      case Decision.Rejected rejected -> again(work);
    }
  }

  private void again(Work work) {
    refused.incrementAndGet();
    together.timer().schedule(() -> call(work), 20, TimeUnit.MILLISECONDS);
  }

  private void began(Lease lease, Work work) {
    together.began(lease.cost().total());
    together
        .timer()
        .schedule(
            () -> {
              lease.settle(lease.cost());
              served.incrementAndGet();
              call(work);
            },
            work.hold().toNanos(),
            TimeUnit.NANOSECONDS);
  }

  /** Places that it may use. */
  long places() {
    return sharing.shares().stream().mapToLong(CapacitySharing.Share::places).sum();
  }

  boolean connected() {
    return sharing.connected();
  }

  long served() {
    return served.get();
  }

  /** Requests that were turned away. */
  long refused() {
    return refused.get();
  }

  BlockingQueue<String> news() {
    return news;
  }

  /** Ends it as a crash would: nobody is told. */
  void crash() {
    link.close();
    sharing.close();
    alarms.close();
  }

  @Override
  public void close() {
    sharing.close();
    link.close();
    alarms.close();
  }
}
