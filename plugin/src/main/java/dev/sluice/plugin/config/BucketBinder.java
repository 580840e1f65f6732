// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.config;

import dev.sluice.plugin.config.BucketKeys.AtLeast;
import dev.sluice.plugin.config.BucketKeys.Tier;
import dev.sluice.plugin.config.ConfigKeys.Scheduler;
import dev.sluice.routing.config.Problems;
import dev.sluice.routing.config.Values;
import dev.sluice.scheduler.bucket.BucketRange;
import dev.sluice.scheduler.bucket.Distribution;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/** Checks and binds what concerns buckets. Immutable. */
final class BucketBinder {
  private BucketBinder() {}

  /** The settings; empty unless {@code scheduler.type} is bucket. */
  static Optional<BucketSettings> bind(Values scheduler, Values buckets) {
    if (scheduler.get(Scheduler.TYPE) != AllocationType.BUCKET) {
      return Optional.empty();
    }
    int count = buckets.get(BucketKeys.BUCKET_COUNT);
    Values atLeast = scheduler.section(AtLeast.SECTION);
    return Optional.of(
        new BucketSettings(
            shares(buckets, count),
            IntStream.range(0, count).mapToObj(bucket -> strict(buckets, bucket)).toList(),
            atLeast.get(AtLeast.MAX_UPGRADE_DISTANCE),
            IntStream.range(0, count).mapToObj(bucket -> quota(atLeast, bucket)).toList(),
            buckets.get(BucketKeys.SOFT_PREEMPTION),
            buckets.get(BucketKeys.MAX_UPGRADE_TIME),
            new SluiceConfig.LaneSettings(
                1, scheduler.get(Scheduler.QUEUE_TIMEOUT), scheduler.get(Scheduler.MAX_QUEUE_DEPTH), scheduler.get(Scheduler.MAX_QUEUE_BYTES)),
            buckets.items(Tier.SECTION).stream().map(BucketBinder::tier).toList()));
  }

  private static List<Double> shares(Values buckets, int count) {
    return switch (buckets.get(BucketKeys.DISTRIBUTION_MODEL)) {
      case EXPONENTIAL -> Distribution.exponential(count, buckets.get(BucketKeys.DECAY_RATIO));
      case LINEAR -> Distribution.linear(count);
      case CUSTOM -> buckets.get(BucketKeys.CUSTOM_DISTRIBUTION).stream().map(Integer::doubleValue).toList();
    };
  }

  private static boolean strict(Values buckets, int bucket) {
    return switch (buckets.get(BucketKeys.MODE)) {
      case STRICT -> true;
      case AT_LEAST -> false;
      case HYBRID ->
          buckets.items(Tier.SECTION).stream()
              .anyMatch(tier -> bucket >= tier.get(Tier.FIRST_BUCKET) && bucket <= tier.get(Tier.LAST_BUCKET) && mode(tier) == BucketMode.STRICT);
    };
  }

  private static BucketMode mode(Values tier) {
    return tier.find(Tier.MODE).orElse(BucketMode.AT_LEAST);
  }

  private static int quota(Values atLeast, int bucket) {
    Map<String, Integer> quotas = atLeast.get(AtLeast.UPGRADE_QUOTAS);
    Integer own = quotas.get(Integer.toString(bucket));
    return own != null ? own : AtLeast.quota(bucket).flatMap(atLeast::find).orElseGet(() -> atLeast.get(AtLeast.UPGRADE_QUOTA_DEFAULT));
  }

  private static BucketSettings.TierBuckets tier(Values tier) {
    return new BucketSettings.TierBuckets(
        tier.find(Tier.TIER), tier.find(Tier.ENVIRONMENT), tier.get(Tier.FIRST_BUCKET), tier.get(Tier.LAST_BUCKET));
  }

  /** What must hold between the keys. */
  static void check(Values buckets, Problems problems) {
    if (!buckets.sound(BucketKeys.BUCKET_COUNT)) {
      return;
    }
    int count = buckets.get(BucketKeys.BUCKET_COUNT);
    boolean custom = buckets.sound(BucketKeys.DISTRIBUTION_MODEL) && buckets.get(BucketKeys.DISTRIBUTION_MODEL) == DistributionModel.CUSTOM;
    if (custom && buckets.sound(BucketKeys.CUSTOM_DISTRIBUTION) && buckets.find(BucketKeys.CUSTOM_DISTRIBUTION).map(List::size).orElse(0) != count) {
      buckets.refuse(BucketKeys.CUSTOM_DISTRIBUTION, count + " shares, one for each bucket", problems);
    }
    List<Values> ranges = new ArrayList<>();
    for (Values tier : buckets.items(Tier.SECTION)) {
      if (tier.sound(Tier.FIRST_BUCKET, Tier.LAST_BUCKET, Tier.MODE) && fits(tier, count, problems)) {
        ranges.add(tier);
      }
    }
    if (buckets.sound(BucketKeys.MODE) && buckets.get(BucketKeys.MODE) == BucketMode.HYBRID) {
      modes(ranges, problems);
    }
  }

  private static boolean fits(Values tier, int count, Problems problems) {
    if (tier.get(Tier.LAST_BUCKET) >= count) {
      tier.refuse(Tier.LAST_BUCKET, "a bucket from 0 to " + (count - 1) + ", as bucket_count is " + count, problems);
      return false;
    }
    if (tier.get(Tier.FIRST_BUCKET) > tier.get(Tier.LAST_BUCKET)) {
      tier.refuse(Tier.FIRST_BUCKET, "at most last_bucket, which is " + tier.get(Tier.LAST_BUCKET), problems);
      return false;
    }
    return true;
  }

  /** A bucket is strict or not for all its requests. */
  private static void modes(List<Values> tiers, Problems problems) {
    for (int i = 0; i < tiers.size(); i++) {
      if (mode(tiers.get(i)) == BucketMode.HYBRID) {
        tiers.get(i).refuse(Tier.MODE, "strict or at_least", problems);
      }
      for (int j = 0; j < i; j++) {
        if (range(tiers.get(i)).overlaps(range(tiers.get(j))) && mode(tiers.get(i)) != mode(tiers.get(j))) {
          tiers.get(i).refuse(Tier.MODE, "the mode of " + tiers.get(j).path() + ", which shares a bucket", problems);
        }
      }
    }
  }

  private static BucketRange range(Values tier) {
    return new BucketRange(tier.get(Tier.FIRST_BUCKET), tier.get(Tier.LAST_BUCKET));
  }
}
