// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.routing.Entitlement;
import dev.sluice.routing.KeyFingerprint;
import dev.sluice.routing.KeyStatus;
import dev.sluice.routing.Terms;
import dev.sluice.routing.Traits;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class WatermarkTest {
  private static final long READ_MICROS = 1_000_000_000_000L;
  private static final long SECOND = 1_000_000;

  private final Watermark watermark = new Watermark(Duration.ofMinutes(5));

  private static KeyRow row(int key, long version) {
    var entitlement = new Entitlement("key", "team", Traits.NONE, Terms.NONE, Set.of(), Set.of(), Optional.empty(), KeyStatus.ACTIVE);
    return new KeyRow(new KeyFingerprint(0, 0, 0, key), entitlement, version);
  }

  private void reached(long nowMicros, KeyRow... rows) {
    watermark.reached(watermark.next(), new KeyTable.Written(nowMicros, List.of(rows)));
  }

  @Test
  void theFirstReadingGoesBackAsFarAsTheCacheAndLongTransactionsMay() {
    assertThat(watermark.next().sinceMicros()).as("nothing to go on from").isGreaterThan(READ_MICROS * 1_000);
    watermark.set(READ_MICROS);
    assertThat(watermark.next().sinceMicros()).isEqualTo(READ_MICROS - 360 * SECOND);
    assertThat(watermark.next().farBack()).as("again until it came to the end").isTrue();
    watermark.giveUpFarBack();
    assertThat(watermark.next().sinceMicros()).as("too many").isEqualTo(READ_MICROS - 60 * SECOND);
  }

  @Test
  void readingsOverlapAndNowAndThenWidely() {
    watermark.set(READ_MICROS);
    reached(READ_MICROS + SECOND);
    int wide = 0;
    for (int i = 0; i < 40; i++) {
      Watermark.Reading reading = watermark.next();
      assertThat(reading.sinceMicros()).isEqualTo(READ_MICROS + SECOND - (reading.wide() ? 60 : 5) * SECOND);
      assertThat(reading.farBack()).isFalse();
      wide += reading.wide() ? 1 : 0;
    }
    assertThat(wide).isEqualTo(2);
  }

  @Test
  void whatTheCacheMayHoldIsReadOnceInAProcess() {
    watermark.set(READ_MICROS);
    reached(READ_MICROS + SECOND);
    watermark.set(READ_MICROS + 10 * SECOND);
    assertThat(watermark.next().sinceMicros()).isEqualTo(READ_MICROS - 50 * SECOND);
  }

  @Test
  void theTablesClockIsNotFollowedBack() {
    watermark.set(READ_MICROS);
    reached(READ_MICROS - 100 * SECOND);
    assertThat(watermark.next().sinceMicros()).isEqualTo(READ_MICROS - 5 * SECOND);
  }

  @Test
  void aRowIsNewOnceForEachVersion() {
    watermark.set(READ_MICROS);
    assertThat(watermark.takeNew(row(1, 1))).isTrue();
    assertThat(watermark.takeNew(row(1, 1))).isFalse();
    assertThat(watermark.takeNew(row(1, 2))).isTrue();
    assertThat(watermark.takeNew(row(2, 1))).isTrue();
    reached(READ_MICROS, row(1, 2));
    assertThat(watermark.takeNew(row(1, 2))).as("within the wide overlap").isFalse();
    assertThat(watermark.takeNew(row(2, 1))).as("left it").isTrue();
    watermark.set(READ_MICROS);
    assertThat(watermark.takeNew(row(1, 2))).as("all keys were read anew").isTrue();
  }
}
