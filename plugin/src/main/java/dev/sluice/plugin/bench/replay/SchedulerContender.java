// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.bench.replay;

import dev.sluice.plugin.bench.trace.TraceRequest;
import dev.sluice.scheduler.AccountLimits;
import dev.sluice.scheduler.Decision;
import dev.sluice.scheduler.EvictReason;
import dev.sluice.scheduler.LaneConfig;
import dev.sluice.scheduler.LaneRules;
import dev.sluice.scheduler.Lease;
import dev.sluice.scheduler.LeaseLife;
import dev.sluice.scheduler.Policy;
import dev.sluice.scheduler.ProviderAccount;
import dev.sluice.scheduler.QueueBounds;
import dev.sluice.scheduler.Scheduler;
import dev.sluice.scheduler.SchedulerConfig;
import dev.sluice.scheduler.SchedulerListener;
import dev.sluice.scheduler.Ticket;
import dev.sluice.scheduler.TokenCost;
import dev.sluice.scheduler.WaitListener;
import dev.sluice.scheduler.WorkRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * The production scheduler under test, flows by tenant. Unless it is given a configuration, lanes have the goals' weights and waits, and one
 * provider has as many places as there are slots and no limit on tokens. Not thread-safe.
 */
public final class SchedulerContender implements Contender {
  private static final String MODEL = "bench";
  private static final long TIMEOUT_NANOS = 600_000_000_000L;
  private static final long PREFILL_NANOS = 125_000;
  private static final long OUTPUT_NANOS = 40_000_000L;

  private final Stage stage;
  private final IntFunction<SchedulerConfig> configs;
  private final String model;
  private final Scheduler scheduler;
  private final @Nullable Lease[] leases;
  private final @Nullable Ticket[] tickets;

  /** {@code policy} with every other setting at its default. */
  public SchedulerContender(Stage stage, Policy policy) {
    this(stage, slots -> config(stage, policy, slots), MODEL);
  }

  /**
   * A scheduler with a configuration of its own.
   *
   * @param configs the configuration for so many slots, of which there may be none
   * @param model whose pool all requests go to
   */
  public SchedulerContender(Stage stage, IntFunction<SchedulerConfig> configs, String model) {
    this.stage = stage;
    this.configs = configs;
    this.model = model;
    this.leases = new @Nullable Lease[stage.size()];
    this.tickets = new @Nullable Ticket[stage.size()];
    this.scheduler = new Scheduler(configs.apply(stage.slots()), stage.time(), stage.time(), SchedulerListener.NONE);
  }

  private static SchedulerConfig config(Stage stage, Policy policy, int slots) {
    List<LaneConfig> lanes = new ArrayList<>();
    for (LaneGoal goal : stage.goals()) {
      lanes.add(new LaneConfig(goal.weight(), goal.maxWaitNanos(), Integer.MAX_VALUE, Long.MAX_VALUE));
    }
    LeaseLife life = new LeaseLife(PREFILL_NANOS, OUTPUT_NANOS, TIMEOUT_NANOS);
    AccountLimits limits = new AccountLimits(Long.MAX_VALUE, Integer.MAX_VALUE, Math.max(1, slots), Long.MAX_VALUE, life);
    return new SchedulerConfig(
        LaneRules.of(policy),
        lanes,
        new QueueBounds(Integer.MAX_VALUE, Long.MAX_VALUE, Integer.MAX_VALUE),
        Map.of(MODEL, slots == 0 ? List.of() : List.of(new ProviderAccount("provider", limits))));
  }

  @Override
  public void arrive(int id) {
    TraceRequest request = stage.request(id);
    long output = stage.expectedOutput(id);
    WorkRequest work = new WorkRequest(
        request.tenant(),
        request.lane(),
        new TokenCost(request.inputTokens(), output),
        request.maxOutputTokens() == TraceRequest.NO_LIMIT ? WorkRequest.UNBOUNDED : request.maxOutputTokens(),
        0,
        Long.MAX_VALUE,
        Set.of());
    switch (scheduler.submit(model, work, new Hearing(id))) {
      case Decision.Admitted admitted -> started(id, admitted.lease());
      case Decision.Queued queued -> {
        tickets[id] = queued.ticket();
        stage.foretold(id, queued.ticket().predictedWaitNanos());
      }
      case Decision.Rejected rejected -> stage.refuse(id, rejected.retryAfterNanos());
    }
  }

  private void started(int id, Lease lease) {
    leases[id] = lease;
    stage.start(id);
  }

  @Override
  public void ended(int id) {
    Lease lease = leases[id];
    if (lease != null) {
      lease.settle(new TokenCost(stage.request(id).inputTokens(), stage.request(id).outputTokens()));
      leases[id] = null;
    }
  }

  @Override
  public void abandoned(int id) {
    Ticket ticket = tickets[id];
    if (ticket != null) {
      ticket.cancel();
    }
  }

  @Override
  public void resized(int slots) {
    scheduler.prepare(configs.apply(slots)).commit();
  }

  private final class Hearing implements WaitListener {
    private final int id;

    private Hearing(int id) {
      this.id = id;
    }

    @Override
    public void dispatched(Lease lease) {
      started(id, lease);
    }

    @Override
    public void evicted(EvictReason reason, long retryAfterNanos) {
      stage.refuse(id, retryAfterNanos);
    }
  }
}
