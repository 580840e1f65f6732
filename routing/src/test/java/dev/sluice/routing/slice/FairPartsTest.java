// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.slice;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.routing.slice.FairParts.Member;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FairPartsTest {
  private static final long ALL = Long.MAX_VALUE;

  @Test
  void equalWantsGetEqualParts() {
    assertThat(FairParts.of(10, new Member(ALL, 1), new Member(ALL, 1), new Member(ALL, 1))).containsExactly(4, 3, 3);
  }

  @Test
  void whoWantsLittleLeavesTheRestToTheOthers() {
    assertThat(FairParts.of(100, new Member(10, 1), new Member(ALL, 1), new Member(ALL, 1))).containsExactly(10, 45, 45);
  }

  @Test
  void whatIsWantedBeyondIsDividedByWeight() {
    long[] parts = FairParts.of(1_000_000, new Member(ALL, 16), new Member(ALL, 4));
    assertThat(parts[0] / (double) parts[1]).isBetween(3.99, 4.01);
  }

  @Test
  void whatNobodyWantsIsDividedEvenly() {
    assertThat(FairParts.of(100, new Member(0, 1), new Member(50, 16))).containsExactly(26, 74);
  }

  @Test
  void everybodyHasOneUnit() {
    assertThat(FairParts.of(2, new Member(ALL, 1), new Member(0, 1), new Member(0, 1))).containsExactly(1, 1, 1);
    assertThat(FairParts.of(100, new Member(ALL, 1), new Member(0, 1))).containsExactly(99, 1);
  }

  /** Maximality of max-min fairness: nobody who wants more has less, for its weight, than another who was given more than one unit and could give. */
  @Test
  void nobodyGoesShortWhereAnotherOfTheSameWeightHasMore() {
    var random = new SplittableRandom(20261128);
    for (int trial = 0; trial < 20_000; trial++) {
      Member[] members =
          IntStream.range(0, random.nextInt(1, 9)).mapToObj(i -> new Member(random.nextLong(0, 300), random.nextLong(1, 32))).toArray(Member[]::new);
      long capacity = random.nextLong(1, 1_000);
      long[] parts = FairParts.of(capacity, members);
      assertThat(Arrays.stream(parts).sum()).isEqualTo(Math.max(capacity, members.length));
      for (int i = 0; i < members.length; i++) {
        for (int j = 0; j < members.length; j++) {
          boolean wantsMore = parts[i] < Math.min(members[i].demand(), capacity);
          if (wantsMore && parts[j] > 1) {
            // Beyond the unit that everybody has, a part comes to its weight's, but for what can't be divided.
            double mine = (parts[i] - 1 + 2) / (double) members[i].weight();
            double theirs = (parts[j] - 1) / (double) members[j].weight();
            assertThat(mine).as("trial %s: %s of %s", trial, Arrays.toString(parts), Arrays.toString(members)).isGreaterThanOrEqualTo(theirs - 2.0 / members[j].weight());
          }
        }
      }
    }
  }
}
