// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.config;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The buckets of {@code scheduler.type: bucket}, the best first. Immutable.
 *
 * @param shares of a pool's capacity, on any scale, one for each bucket
 * @param strict for each bucket, whether its requests run at its expense only
 * @param lane the bounds of each bucket's waiting room
 * @param tiers who gets which buckets, the first that fits
 */
public record BucketSettings(
    List<Double> shares,
    List<Boolean> strict,
    int maxUpgradeDistance,
    List<Integer> upgradeQuotas,
    boolean softPreemption,
    Duration maxUpgradeTime,
    SluiceConfig.LaneSettings lane,
    List<TierBuckets> tiers) {
  private static final int HARD_TO_FOLLOW = 20;
  private static final int DISCOURAGED = 50;

  public BucketSettings {
    shares = List.copyOf(shares);
    strict = List.copyOf(strict);
    upgradeQuotas = List.copyOf(upgradeQuotas);
    tiers = List.copyOf(tiers);
  }

  /** The buckets, first to last inclusive, of keys of a tier and an environment; what is empty fits any. Immutable. */
  public record TierBuckets(Optional<String> tier, Optional<String> environment, int firstBucket, int lastBucket) {}

  public int count() {
    return shares.size();
  }

  /** What an operator should think twice about, one sentence each. */
  public List<String> warnings() {
    List<String> warnings = new ArrayList<>();
    if (count() > DISCOURAGED) {
      warnings.add("bucket_scheduler.bucket_count: " + count() + " buckets are for experiments; guarantees get too small to mean anything (advice: 5 to 20)");
    } else if (count() > HARD_TO_FOLLOW) {
      warnings.add("bucket_scheduler.bucket_count: " + count() + " buckets are hard to reason about (advice: 5 to 20)");
    }
    return warnings;
  }
}
