// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler;

import dev.sluice.scheduler.bucket.BucketRules;
import dev.sluice.scheduler.capacity.Saturating;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * Everything a scheduler is told. Immutable.
 *
 * <p>The parts check their own ranges; what holds between them is checked by {@link #problems}, all at once, before the
 * configuration is used.
 *
 * @param rules which lane goes next
 * @param lanes most important first; 2..20, with buckets 2..100
 * @param bounds of each pool
 * @param displace whether a newcomer takes the place of the latest waiter of the worst lane, if that lane is worse than its own
 *     and the pool is full
 * @param refuseWhileWaiting whether waiters are sent away as soon as their deadlines are out of reach, and not only when they pass
 * @param pools providers of each model, in the order of preference; 64 at most
 * @param buckets makes every lane a bucket, instead of the policy; one bucket for each lane, and every provider with a limit of tokens
 *     per second
 */
public record SchedulerConfig(
    LaneRules rules,
    List<LaneConfig> lanes,
    QueueBounds bounds,
    boolean displace,
    boolean refuseWhileWaiting,
    Map<String, List<ProviderAccount>> pools,
    Optional<BucketRules> buckets) {
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

  /** A configuration without buckets or displacement, which sends waiters away early. */
  public SchedulerConfig(LaneRules rules, List<LaneConfig> lanes, QueueBounds bounds, Map<String, List<ProviderAccount>> pools) {
    this(rules, lanes, bounds, false, true, pools, Optional.empty());
  }

  /** The same configuration with other rules. */
  public SchedulerConfig withRules(UnaryOperator<LaneRules> change) {
    return new SchedulerConfig(change.apply(rules), lanes, bounds, displace, refuseWhileWaiting, pools, buckets);
  }

  /** The same configuration with or without displacement. */
  public SchedulerConfig withDisplacement(boolean on) {
    return new SchedulerConfig(rules, lanes, bounds, on, refuseWhileWaiting, pools, buckets);
  }

  /** The same configuration with waiters sent away early or not. */
  public SchedulerConfig withRefusalWhileWaiting(boolean early) {
    return new SchedulerConfig(rules, lanes, bounds, displace, early, pools, buckets);
  }

  /** The same configuration for other providers. */
  public SchedulerConfig withPools(Map<String, List<ProviderAccount>> others) {
    return new SchedulerConfig(rules, lanes, bounds, displace, refuseWhileWaiting, others, buckets);
  }

  /** The same configuration with buckets. */
  public SchedulerConfig withBuckets(BucketRules others) {
    return new SchedulerConfig(rules, lanes, bounds, displace, refuseWhileWaiting, pools, Optional.of(others));
  }

  /** Everything wrong with it, one sentence each with the value and what was expected; empty if it may be used. */
  public List<String> problems() {
    List<String> problems = new ArrayList<>();
    int mostLanes = buckets.isPresent() ? MAX_BUCKETS : MAX_LANES;
    if (lanes.size() < MIN_LANES || lanes.size() > mostLanes) {
      problems.add(Expect.problem("lanes", lanes.size(), MIN_LANES + ".." + mostLanes));
    }
    buckets.ifPresent(some -> addBucketProblems(some, problems));
    if (lanes.stream().noneMatch(lane -> lane.weight() > 0)) {
      problems.add("lanes: all weights are 0 (expected: at least one > 0)");
    }
    addAgeingProblem("starvationTimeoutNanos", rules.ageing().starvationTimeoutNanos(), problems);
    addAgeingProblem("ageingIntervalNanos", rules.ageing().intervalNanos(), problems);
    if (rules.laneZeroSharePercent() < 1 || rules.laneZeroSharePercent() > 100) {
      problems.add(Expect.problem("laneZeroSharePercent", rules.laneZeroSharePercent(), "1..100"));
    }
    int headroom = rules.laneZeroHeadroomPercent();
    if (headroom < 0 || headroom > MAX_HEADROOM_PERCENT) {
      problems.add(Expect.problem("laneZeroHeadroomPercent", headroom, "0.." + MAX_HEADROOM_PERCENT));
    } else if (headroom > 0 && buckets.isPresent()) {
      problems.add(Expect.problem("laneZeroHeadroomPercent", headroom, "0 with buckets, which guarantee lane 0 a rate"));
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

  private void addBucketProblems(BucketRules shares, List<String> problems) {
    problems.addAll(shares.problems());
    if (shares.count() != lanes.size()) {
      problems.add(Expect.problem("buckets", shares.count(), lanes.size() + ", one for each lane"));
    }
    pools.forEach((model, accounts) -> {
      long rate = tokensPerSecond(accounts);
      if (rate == Long.MAX_VALUE) {
        problems.add("pools[" + model + "]: unlimited tokens per second (expected: a limit for each provider, as buckets share it)");
      } else if (!accounts.isEmpty() && rate < shares.count()) {
        problems.add(Expect.problem("pools[" + model + "].tokensPerSecond", rate, "at least " + shares.count() + ", one for each bucket"));
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
