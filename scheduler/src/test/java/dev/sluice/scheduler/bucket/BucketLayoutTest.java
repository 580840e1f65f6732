// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler.bucket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Which bucket a request belongs to, and how much a bucket is guaranteed. */
class BucketLayoutTest {
  private static final long SEED = Long.getLong("sluice.seed", 20_261_126L);

  @Test
  void levelsSpreadFromTheFirstBucketToTheLast() {
    BucketRange range = new BucketRange(10, 19);
    assertThat(IntStream.range(0, 5).map(level -> range.bucket(level, 5, 0))).containsExactly(10, 12, 15, 17, 19);
    assertThat(IntStream.range(0, 5).map(level -> new BucketRange(3, 3).bucket(level, 5, 0))).containsOnly(3);
    assertThat(IntStream.range(0, 5).map(level -> new BucketRange(0, 1).bucket(level, 5, 0))).containsExactly(0, 0, 1, 1, 1);
  }

  @Test
  void noLevelAndNoShiftLeavesTheRange() {
    System.out.println("BucketLayoutTest: seed " + SEED);
    SplittableRandom random = new SplittableRandom(SEED);
    for (int i = 0; i < 200_000; i++) {
      int first = random.nextInt(100);
      BucketRange range = new BucketRange(first, random.nextInt(first, 100));
      int levels = random.nextInt(1, 21);
      int level = random.nextInt(10) == 0 ? random.nextInt() : random.nextInt(levels);
      int shift = random.nextInt(10) == 0 ? random.nextInt() : random.nextInt(-20, 21);
      assertThat(range.bucket(level, levels, shift)).isBetween(range.first(), range.last());
      assertThat(range.bucket(level, levels, Integer.MAX_VALUE)).isEqualTo(range.last());
      assertThat(range.bucket(level, levels, Integer.MIN_VALUE)).isEqualTo(range.first());
    }
  }

  @Test
  void moreImportantLevelsNeverGetWorseBuckets() {
    for (int size = 1; size <= 100; size++) {
      BucketRange range = new BucketRange(0, size - 1);
      for (int levels = 2; levels <= 20; levels++) {
        int count = levels;
        List<Integer> buckets = IntStream.range(0, levels).map(level -> range.bucket(level, count, 0)).boxed().toList();
        assertThat(buckets).isSorted().startsWith(0).endsWith(size - 1);
      }
    }
  }

  @Test
  void guaranteesAddUpToThePoolExactly() {
    SplittableRandom random = new SplittableRandom(SEED);
    for (int i = 0; i < 5_000; i++) {
      int count = random.nextInt(2, 101);
      List<Double> shares = switch (random.nextInt(3)) {
        case 0 -> Distribution.exponential(count, random.nextDouble(0.05, 1));
        case 1 -> Distribution.linear(count);
        default -> random.doubles(count, 0.001, 1_000).boxed().toList();
      };
      long pool = random.nextLong(count, 10_000_000);
      long[] guarantees = Distribution.guarantees(shares, pool);
      assertThat(LongStream.of(guarantees).sum()).isEqualTo(pool);
      assertThat(LongStream.of(guarantees)).allMatch(guarantee -> guarantee >= 1);
    }
  }

  @Test
  void theExponentialGuaranteesFallByTheirRatio() {
    long[] guarantees = Distribution.guarantees(Distribution.exponential(10, 0.7), 1_000_000);
    for (int i = 1; i < 10; i++) {
      assertThat((double) guarantees[i] / guarantees[i - 1]).isCloseTo(0.7, within(0.001));
    }
    assertThat(guarantees[0]).isCloseTo(308_720, within(60L));
  }

  @Test
  void theLinearGuaranteesFallInEqualSteps() {
    assertThat(Distribution.guarantees(Distribution.linear(4), 1_000)).containsExactly(400, 300, 200, 100);
  }

  @Test
  void aPoolTooSmallForItsBucketsIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Distribution.guarantees(Distribution.linear(4), 3))
        .withMessageContaining("poolTokensPerSecond: 3 (expected: >= 4");
    assertThat(new BucketRules(List.of(1.0), List.of(true, false), -1, List.of(-2), true, 0).problems()).hasSize(5);
  }
}
