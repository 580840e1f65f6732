// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler.bucket;

import java.util.ArrayList;
import java.util.List;

/**
 * The rules of a pool's buckets, the best bucket first. Immutable.
 *
 * @param shares of the pool's tokens per second; above 0, on any scale; 2..100 of them
 * @param strict whether the bucket's requests are paid for by it alone, however idle better ones are
 * @param maxUpgradeDistance how many buckets better than its own may pay for a request; at least 0
 * @param upgradeQuotas how many requests of worse buckets may run at each bucket's expense at a time; at least 0
 * @param softPreemption whether upgraded requests are charged to their own buckets when an owner needs the bucket
 * @param maxUpgradeNanos time after which a request that still runs is charged to its own bucket; at least 1
 */
public record BucketRules(
    List<Double> shares,
    List<Boolean> strict,
    int maxUpgradeDistance,
    List<Integer> upgradeQuotas,
    boolean softPreemption,
    long maxUpgradeNanos) {
  public static final int MIN_BUCKETS = 2;
  public static final int MAX_BUCKETS = 100;

  public BucketRules {
    shares = List.copyOf(shares);
    strict = List.copyOf(strict);
    upgradeQuotas = List.copyOf(upgradeQuotas);
  }

  public int count() {
    return shares.size();
  }

  /** Everything wrong with the rules, one sentence each; empty if they may be used. */
  public List<String> problems() {
    List<String> problems = new ArrayList<>();
    if (count() < MIN_BUCKETS || count() > MAX_BUCKETS) {
      problems.add("buckets: " + count() + " (expected: " + MIN_BUCKETS + ".." + MAX_BUCKETS + ")");
    }
    if (strict.size() != count()) {
      problems.add("buckets.strict: " + strict.size() + " (expected: " + count() + ", one for each bucket)");
    }
    if (upgradeQuotas.size() != count()) {
      problems.add("buckets.upgradeQuotas: " + upgradeQuotas.size() + " (expected: " + count() + ", one for each bucket)");
    }
    for (double share : shares) {
      if (!(share > 0 && share < Double.POSITIVE_INFINITY)) {
        problems.add("buckets.shares: " + share + " (expected: above 0)");
      }
    }
    for (int quota : upgradeQuotas) {
      if (quota < 0) {
        problems.add("buckets.upgradeQuotas: " + quota + " (expected: at least 0)");
      }
    }
    if (maxUpgradeDistance < 0) {
      problems.add("buckets.maxUpgradeDistance: " + maxUpgradeDistance + " (expected: at least 0)");
    }
    if (maxUpgradeNanos < 1) {
      problems.add("buckets.maxUpgradeNanos: " + maxUpgradeNanos + " (expected: at least 1)");
    }
    return problems;
  }
}
