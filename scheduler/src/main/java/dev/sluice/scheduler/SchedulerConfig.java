// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler;

import dev.sluice.scheduler.bucket.BucketRules;
import dev.sluice.scheduler.capacity.Saturating;
import dev.sluice.scheduler.fairness.Ageing;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Everything a scheduler is told. Immutable.
 *
 * <p>The parts check their own ranges; what holds between them is checked by {@link #problems}, all at once, before the
 * configuration is used.
 *
 * @param lanes most important first; 2..20, with buckets 2..100
 * @param bounds of each pool
 * @param starvationTimeoutNanos a waiter older than this goes first; at least 1 ms; empty for never
 * @param laneZeroSharePercent under {@link Policy#HYBRID}, lane 0 goes first up to this share of dispatched tokens; 1..100
 * @param displace whether a newcomer takes the place of the latest waiter of the worst lane, if that lane is worse than its own
 *     and the pool is full
 * @param pools providers of each model, in the order of preference; 64 at most
 * @param buckets makes every lane a bucket, instead of the policy; one bucket for each lane, and every provider with a limit of tokens
 *     per second
 * @param shadow a policy that is asked beside the one in force and decides nothing; {@link SchedulerListener#shadowed} hears of it
 * @param ageingIntervalNanos a waiter counts as one lane better for every such time it has waited; at least 1 ms; empty for never
 * @param laneZeroHeadroomPercent part of each provider's capacity that other lanes leave free for lane 0; 0..50, with buckets 0
 * @param refuseWhileWaiting whether waiters are sent away as soon as their deadlines are out of reach, and not only when they pass
 */
public record SchedulerConfig(
    Policy policy,
    List<LaneConfig> lanes,
    QueueBounds bounds,
    OptionalLong starvationTimeoutNanos,
    int laneZeroSharePercent,
    boolean displace,
    Map<String, List<ProviderAccount>> pools,
    Optional<BucketRules> buckets,
    Optional<Policy> shadow,
    OptionalLong ageingIntervalNanos,
    int laneZeroHeadroomPercent,
    boolean refuseWhileWaiting) {
  /** The default of {@code laneZeroSharePercent}. */
  public static final int DEFAULT_LANE_ZERO_SHARE_PERCENT = 80;

  public static final int MIN_LANES = 2;
  public static final int MAX_LANES = 20;
  public static final int MAX_BUCKETS = BucketRules.MAX_BUCKETS;

  /** An eligibility mask is one long. */
  public static final int MAX_PROVIDERS_PER_POOL = Long.SIZE;

  private static final int MAX_HEADROOM_PERCENT = 50;
  private static final long MIN_AGEING_NANOS = 1_000_000L;

  public SchedulerConfig {
    lanes = List.copyOf(lanes);
    pools = pools.entrySet().stream()
        .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, entry -> List.copyOf(entry.getValue())));
  }

  /** A configuration without buckets. */
  public SchedulerConfig(
      Policy policy,
      List<LaneConfig> lanes,
      QueueBounds bounds,
      OptionalLong starvationTimeoutNanos,
      int laneZeroSharePercent,
      boolean displace,
      Map<String, List<ProviderAccount>> pools) {
    this(policy, lanes, bounds, starvationTimeoutNanos, laneZeroSharePercent, displace, pools, Optional.empty(), Optional.empty(),
        OptionalLong.empty(), 0, true);
  }

  /** The same configuration with buckets. */
  public SchedulerConfig withBuckets(BucketRules rules) {
    return new SchedulerConfig(
        policy, lanes, bounds, starvationTimeoutNanos, laneZeroSharePercent, displace, pools, Optional.of(rules), shadow,
        ageingIntervalNanos, laneZeroHeadroomPercent, refuseWhileWaiting);
  }

  /** The same configuration with a shadow. */
  public SchedulerConfig withShadow(Policy other) {
    return new SchedulerConfig(
        policy, lanes, bounds, starvationTimeoutNanos, laneZeroSharePercent, displace, pools, buckets, Optional.of(other),
        ageingIntervalNanos, laneZeroHeadroomPercent, refuseWhileWaiting);
  }

  /** The same configuration with another ageing interval. */
  public SchedulerConfig withAgeingInterval(OptionalLong nanos) {
    return new SchedulerConfig(
        policy, lanes, bounds, starvationTimeoutNanos, laneZeroSharePercent, displace, pools, buckets, shadow, nanos,
        laneZeroHeadroomPercent, refuseWhileWaiting);
  }

  /** The same configuration with another headroom for lane 0. */
  public SchedulerConfig withLaneZeroHeadroom(int percent) {
    return new SchedulerConfig(
        policy, lanes, bounds, starvationTimeoutNanos, laneZeroSharePercent, displace, pools, buckets, shadow, ageingIntervalNanos, percent,
        refuseWhileWaiting);
  }

  /** The same configuration with waiters sent away early or not. */
  public SchedulerConfig withRefusalWhileWaiting(boolean early) {
    return new SchedulerConfig(
        policy, lanes, bounds, starvationTimeoutNanos, laneZeroSharePercent, displace, pools, buckets, shadow, ageingIntervalNanos,
        laneZeroHeadroomPercent, early);
  }

  /** The same configuration for other providers. */
  public SchedulerConfig withPools(Map<String, List<ProviderAccount>> others) {
    return new SchedulerConfig(
        policy, lanes, bounds, starvationTimeoutNanos, laneZeroSharePercent, displace, others, buckets, shadow, ageingIntervalNanos,
        laneZeroHeadroomPercent, refuseWhileWaiting);
  }

  /** What having waited is worth. */
  Ageing ageing() {
    return new Ageing(starvationTimeoutNanos, ageingIntervalNanos);
  }

  /** Everything wrong with it, one sentence each with the value and what was expected; empty if it may be used. */
  public List<String> problems() {
    List<String> problems = new ArrayList<>();
    int mostLanes = buckets.isPresent() ? MAX_BUCKETS : MAX_LANES;
    if (lanes.size() < MIN_LANES || lanes.size() > mostLanes) {
      problems.add(Expect.problem("lanes", lanes.size(), MIN_LANES + ".." + mostLanes));
    }
    buckets.ifPresent(rules -> addBucketProblems(rules, problems));
    if (lanes.stream().noneMatch(lane -> lane.weight() > 0)) {
      problems.add("lanes: all weights are 0 (expected: at least one > 0)");
    }
    addAgeingProblem("starvationTimeoutNanos", starvationTimeoutNanos, problems);
    addAgeingProblem("ageingIntervalNanos", ageingIntervalNanos, problems);
    if (laneZeroSharePercent < 1 || laneZeroSharePercent > 100) {
      problems.add(Expect.problem("laneZeroSharePercent", laneZeroSharePercent, "1..100"));
    }
    if (laneZeroHeadroomPercent < 0 || laneZeroHeadroomPercent > MAX_HEADROOM_PERCENT) {
      problems.add(Expect.problem("laneZeroHeadroomPercent", laneZeroHeadroomPercent, "0.." + MAX_HEADROOM_PERCENT));
    } else if (laneZeroHeadroomPercent > 0 && buckets.isPresent()) {
      problems.add(Expect.problem("laneZeroHeadroomPercent", laneZeroHeadroomPercent, "0 with buckets, which guarantee lane 0 a rate"));
    }
    pools.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .forEach(pool -> addProblems("pools[" + pool.getKey() + "]", pool.getValue(), problems));
    return List.copyOf(problems);
  }

  private static void addAgeingProblem(String name, OptionalLong nanos, List<String> problems) {
    if (nanos.isPresent() && nanos.getAsLong() < MIN_AGEING_NANOS) {
      problems.add(Expect.problem(name, nanos.getAsLong(), "at least " + MIN_AGEING_NANOS));
    }
  }

  private void addBucketProblems(BucketRules rules, List<String> problems) {
    problems.addAll(rules.problems());
    if (rules.count() != lanes.size()) {
      problems.add(Expect.problem("buckets", rules.count(), lanes.size() + ", one for each lane"));
    }
    pools.forEach((model, accounts) -> {
      long rate = tokensPerSecond(accounts);
      if (rate == Long.MAX_VALUE) {
        problems.add("pools[" + model + "]: unlimited tokens per second (expected: a limit for each provider, as buckets share it)");
      } else if (!accounts.isEmpty() && rate < rules.count()) {
        problems.add(Expect.problem("pools[" + model + "].tokensPerSecond", rate, "at least " + rules.count() + ", one for each bucket"));
      }
    });
  }

  /** What all accounts give together. */
  private static long tokensPerSecond(List<ProviderAccount> accounts) {
    long sum = 0;
    for (ProviderAccount account : accounts) {
      sum = Saturating.add(sum, account.limits().tokensPerSecond());
    }
    return sum;
  }

  private static void addProblems(String path, List<ProviderAccount> accounts, List<String> problems) {
    if (accounts.size() > MAX_PROVIDERS_PER_POOL) {
      problems.add(Expect.problem(path, accounts.size(), "at most " + MAX_PROVIDERS_PER_POOL + " providers"));
    }
    Set<String> names = new HashSet<>();
    for (ProviderAccount account : accounts) {
      if (!names.add(account.provider())) {
        problems.add(path + ": " + account.provider() + " twice (expected: unique providers)");
      }
    }
  }

  /** Returns this, or throws with every problem. */
  SchedulerConfig checked() {
    List<String> problems = problems();
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(String.join("; ", problems));
    }
    return this;
  }
}
