// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler;

import static dev.sluice.scheduler.simulation.Setup.MILLI;
import static dev.sluice.scheduler.simulation.Setup.SECOND;

import dev.sluice.scheduler.fairness.Ageing;
import dev.sluice.scheduler.simulation.Setup;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SplittableRandom;

/** Configurations and requests at random, small enough that every bound is met often. Not thread-safe. */
final class RandomSetups {
  private static final List<String> PROVIDERS = List.of("a", "b", "c", "d", "e");
  private static final List<String> FLOWS = List.of("u", "v", "w", "x", "y", "z");
  private final SplittableRandom random;

  RandomSetups(SplittableRandom random) {
    this.random = random;
  }

  boolean chance(int percent) {
    return random.nextInt(100) < percent;
  }

  SchedulerConfig config() {
    List<LaneConfig> lanes = new ArrayList<>();
    int count = random.nextInt(2, 6);
    for (int i = 0; i < count; i++) {
      int weight = i == 0 ? random.nextInt(1, 17) : random.nextInt(0, 9);
      long maxWait = chance(5) ? 0 : chance(30) ? Long.MAX_VALUE : random.nextLong(1, 20 * SECOND);
      lanes.add(new LaneConfig(weight, maxWait, random.nextInt(3, 20), random.nextLong(500, 5_000)));
    }
    Policy policy = Policy.values()[random.nextInt(3)];
    QueueBounds bounds = new QueueBounds(random.nextInt(10, 30), random.nextLong(1_000, 8_000), random.nextInt(2, 12));
    OptionalLong starvation = chance(50) ? OptionalLong.empty() : OptionalLong.of(random.nextLong(MILLI, 10 * SECOND));
    int share = random.nextInt(1, 101);
    boolean displace = chance(50);
    Map<String, List<ProviderAccount>> pools = Map.of(Setup.MODEL, accounts());
    OptionalLong interval = chance(60) ? OptionalLong.empty() : OptionalLong.of(random.nextLong(MILLI, 5 * SECOND));
    boolean early = chance(80);
    int headroom = chance(60) ? 0 : random.nextInt(1, 51);
    LaneRules rules = LaneRules.of(policy).withShare(share).withHeadroom(headroom).withAgeing(new Ageing(starvation, interval));
    return new SchedulerConfig(rules, lanes, bounds, displace, early, pools, Optional.empty());
  }

  private List<ProviderAccount> accounts() {
    List<ProviderAccount> accounts = new ArrayList<>();
    for (String provider : PROVIDERS) {
      if (chance(45) || (provider.equals("e") && accounts.isEmpty())) {
        accounts.add(random.nextInt(0, accounts.size() + 1), new ProviderAccount(provider, limits()));
      }
    }
    return accounts;
  }

  private AccountLimits limits() {
    return new AccountLimits(
        chance(15) ? Long.MAX_VALUE : random.nextLong(1, 5_000),
        chance(60) ? Integer.MAX_VALUE : random.nextInt(1, 30),
        chance(20) ? Integer.MAX_VALUE : random.nextInt(1, 8),
        chance(50) ? Long.MAX_VALUE : random.nextLong(2_000, 12_000),
        new LeaseLife(random.nextLong(0, MILLI), random.nextLong(0, 20 * MILLI), random.nextLong(0, 60 * SECOND)));
  }

  WorkRequest request() {
    long input = chance(5) ? random.nextLong(0, 10_000) : random.nextLong(0, 1_500);
    long output = random.nextLong(0, 300);
    WorkRequest request = new WorkRequest(
        FLOWS.get(random.nextInt(6)),
        random.nextInt(0, 6),
        new TokenCost(input, output),
        output + random.nextLong(0, 2_000),
        random.nextLong(0, 600),
        chance(5) ? 0 : chance(50) ? Long.MAX_VALUE : random.nextLong(1, 15 * SECOND),
        chance(60) ? Set.of() : subset());
    return chance(50) ? request : request.withExpectedOutput(random.nextLong(0, 2_000));
  }

  private Set<String> subset() {
    Set<String> subset = new HashSet<>();
    for (String provider : PROVIDERS) {
      if (chance(40)) {
        subset.add(provider);
      }
    }
    return subset;
  }

  TokenCost actual(TokenCost estimate) {
    return switch (random.nextInt(3)) {
      case 0 -> estimate;
      case 1 -> new TokenCost(estimate.inputTokens() / 2, estimate.outputTokens());
      default -> new TokenCost(estimate.inputTokens(), estimate.outputTokens() + random.nextLong(0, 500));
    };
  }

  long nanos() {
    return chance(1) ? random.nextLong(20 * SECOND) : chance(20) ? random.nextLong(SECOND) : random.nextLong(60 * MILLI);
  }
}
