// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.admission;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.routing.Traits;
import dev.sluice.scheduler.bucket.BucketRange;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class BucketTiersTest {
  private static final BucketTiers TIERS =
      new BucketTiers(
          List.of(
              new BucketTiers.Tier(Optional.of("premium"), Optional.of("production"), new BucketRange(0, 3)),
              new BucketTiers.Tier(Optional.of("premium"), Optional.empty(), new BucketRange(4, 5)),
              new BucketTiers.Tier(Optional.empty(), Optional.of("staging"), new BucketRange(8, 9))),
          new BucketRange(0, 9));

  private static int bucket(String tier, String environment, int level, int shift) {
    Traits traits =
        new Traits(
            Optional.empty(),
            Optional.empty(),
            Optional.of(environment).filter(text -> !text.isEmpty()),
            Optional.of(tier).filter(text -> !text.isEmpty()),
            Optional.empty(),
            Optional.empty());
    return TIERS.bucket(traits, level, 5, shift);
  }

  @Test
  void theFirstTierThatFitsCounts() {
    assertThat(bucket("premium", "production", 4, 0)).isEqualTo(3);
    assertThat(bucket("premium", "staging", 4, 0)).isEqualTo(5);
    assertThat(bucket("premium", "", 0, 0)).isEqualTo(4);
    assertThat(bucket("spot", "staging", 0, 0)).isEqualTo(8);
    assertThat(bucket("spot", "production", 4, 0)).isEqualTo(9);
    assertThat(bucket("", "", 0, 0)).isZero();
  }

  @Test
  void aShiftStaysInTheTiersRange() {
    assertThat(bucket("premium", "production", 0, 2)).isEqualTo(2);
    assertThat(bucket("premium", "production", 4, 2)).isEqualTo(3);
    assertThat(bucket("premium", "", 4, -9)).isEqualTo(4);
  }
}
