// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.admission;

import dev.sluice.routing.Traits;
import dev.sluice.scheduler.bucket.BucketRange;
import java.util.List;
import java.util.Optional;

/**
 * Which bucket a request of a priority level gets, by its key's tier and environment. Immutable.
 *
 * @param tiers the first that fits counts
 * @param all for keys that none fits
 */
public record BucketTiers(List<Tier> tiers, BucketRange all) {
  public BucketTiers {
    tiers = List.copyOf(tiers);
  }

  /** Buckets of keys of a tier and an environment; what is empty fits any. Immutable. */
  public record Tier(Optional<String> tier, Optional<String> environment, BucketRange range) {
    private boolean fits(Traits traits) {
      return (tier.isEmpty() || tier.equals(traits.tier())) && (environment.isEmpty() || environment.equals(traits.environment()));
    }
  }

  /**
   * The bucket, never outside the range of the first tier that fits.
   *
   * @param shift buckets by which a rule moves the request, positive to worse ones
   */
  public int bucket(Traits traits, int level, int levels, int shift) {
    BucketRange range = tiers.stream().filter(tier -> tier.fits(traits)).findFirst().map(Tier::range).orElse(all);
    return range.bucket(level, levels, shift);
  }
}
