// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler.simulation;

import dev.sluice.scheduler.AccountLimits;
import dev.sluice.scheduler.LaneConfig;
import dev.sluice.scheduler.LaneRules;
import dev.sluice.scheduler.LeaseLife;
import dev.sluice.scheduler.Policy;
import dev.sluice.scheduler.ProviderAccount;
import dev.sluice.scheduler.QueueBounds;
import dev.sluice.scheduler.SchedulerConfig;
import dev.sluice.scheduler.TokenCost;
import dev.sluice.scheduler.WorkRequest;
import dev.sluice.scheduler.fairness.Ageing;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/** Configurations and requests in as few words as a test needs. Immutable; every {@code with} returns another. */
public record Setup(
    Policy policy,
    List<LaneConfig> lanes,
    QueueBounds bounds,
    OptionalLong starvationTimeoutNanos,
    int laneZeroSharePercent,
    boolean displace,
    Map<String, List<ProviderAccount>> pools) {
  /** The model that all requests here ask for. */
  public static final String MODEL = "m";

  public static final long SECOND = 1_000_000_000L;
  public static final long MILLI = 1_000_000L;

  /** Three lanes of weight 4, 2, 1 that wait for 50 s, no bounds, no providers. */
  public static Setup of(Policy policy) {
    return new Setup(
            policy, List.of(), new QueueBounds(Integer.MAX_VALUE, Long.MAX_VALUE, Integer.MAX_VALUE),
            OptionalLong.empty(), 80, false, Map.of(MODEL, List.of()))
        .withWeights(4, 2, 1);
  }

  public static LaneConfig lane(int weight) {
    return new LaneConfig(weight, 50 * SECOND, Integer.MAX_VALUE, Long.MAX_VALUE);
  }

  /** Limits in tokens per second and concurrency alone. */
  public static AccountLimits limits(long tokensPerSecond, int maxConcurrent) {
    return new AccountLimits(
        tokensPerSecond, Integer.MAX_VALUE, maxConcurrent, Long.MAX_VALUE, new LeaseLife(0, 0, 60 * SECOND));
  }

  /** A request of lane and flow for so many prompt tokens. */
  public static WorkRequest request(int lane, String flow, long tokens) {
    return new WorkRequest(flow, lane, new TokenCost(tokens, 0), 0, 100, Long.MAX_VALUE, Set.of());
  }

  public Setup withWeights(int... weights) {
    List<LaneConfig> weighted = new ArrayList<>();
    for (int weight : weights) {
      weighted.add(lane(weight));
    }
    return withLanes(weighted);
  }

  public Setup withLanes(List<LaneConfig> newLanes) {
    return new Setup(policy, newLanes, bounds, starvationTimeoutNanos, laneZeroSharePercent, displace, pools);
  }

  public Setup withBounds(int maxRequests, long maxBytes, int maxRequestsPerFlow) {
    QueueBounds newBounds = new QueueBounds(maxRequests, maxBytes, maxRequestsPerFlow);
    return new Setup(policy, lanes, newBounds, starvationTimeoutNanos, laneZeroSharePercent, displace, pools);
  }

  public Setup withStarvationTimeout(long nanos) {
    return new Setup(policy, lanes, bounds, OptionalLong.of(nanos), laneZeroSharePercent, displace, pools);
  }

  public Setup withShare(int percent) {
    return new Setup(policy, lanes, bounds, starvationTimeoutNanos, percent, displace, pools);
  }

  public Setup withDisplacement() {
    return new Setup(policy, lanes, bounds, starvationTimeoutNanos, laneZeroSharePercent, true, pools);
  }

  /** Adds a provider to {@link #MODEL}'s pool. */
  public Setup withProvider(String name, AccountLimits limits) {
    List<ProviderAccount> accounts = new ArrayList<>(pools.getOrDefault(MODEL, List.of()));
    accounts.add(new ProviderAccount(name, limits));
    return withPools(Map.of(MODEL, accounts));
  }

  public Setup withPools(Map<String, List<ProviderAccount>> newPools) {
    return new Setup(policy, lanes, bounds, starvationTimeoutNanos, laneZeroSharePercent, displace, newPools);
  }

  public SchedulerConfig config() {
    Ageing ageing = new Ageing(starvationTimeoutNanos, OptionalLong.empty());
    return new SchedulerConfig(LaneRules.of(policy).withShare(laneZeroSharePercent).withAgeing(ageing), lanes, bounds, pools).withDisplacement(displace);
  }
}
