// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler;

import static dev.sluice.scheduler.simulation.Setup.MILLI;
import static dev.sluice.scheduler.simulation.Setup.SECOND;
import static dev.sluice.scheduler.simulation.Setup.limits;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.sluice.scheduler.SchedulerSnapshot.BucketSnapshot;
import dev.sluice.scheduler.bucket.BucketRules;
import dev.sluice.scheduler.bucket.Distribution;
import dev.sluice.scheduler.simulation.Desk;
import dev.sluice.scheduler.simulation.Setup;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Buckets as the scheduler uses them: pools of 1 000 tokens/s, of which four equal buckets get 250 each. */
class BucketsInThePoolTest {
  private static final long SEED = Long.getLong("sluice.seed", 20_261_128L);

  private static BucketRules rules(int count, boolean strict, int distance, int quota) {
    return new BucketRules(
        Collections.nCopies(count, 1.0), Collections.nCopies(count, strict), distance, Collections.nCopies(count, quota), true, 60 * SECOND);
  }

  private static SchedulerConfig config(BucketRules rules, long tokensPerSecond, int maxConcurrent) {
    return Setup.of(Policy.STRICT)
        .withLanes(Collections.nCopies(rules.count(), Setup.lane(1)))
        .withProvider("a", limits(tokensPerSecond, maxConcurrent))
        .config()
        .withBuckets(rules);
  }

  private static Desk desk(BucketRules rules) {
    return new Desk(config(rules, 1_000, 999), SchedulerListener.NONE);
  }

  private static BucketSnapshot bucket(Desk desk, int index) {
    return desk.pool().buckets().get(index);
  }

  private static void figure(String name, long measured, long bound) {
    System.out.printf("figure: at least: %s | %d | <= %d | %s | BucketsInThePoolTest%n", name, measured, bound, measured <= bound ? "pass" : "short");
  }

  /** The seed's problem: a low request takes an idle best bucket for a minute, then its owner comes. */
  @Test
  void anOwnerDoesNotWaitForTheRequestThatTookItsBucket() {
    Desk desk = desk(rules(4, false, 3, 9));
    desk.submit(3, "low1", 250);
    desk.submit(3, "low2", 250);
    desk.submit(3, "low3", 250);
    desk.submit(3, "low4", 200);
    assertThat(desk.log).containsExactly("low1>a", "low2>a", "low3>a", "low4>a");
    assertThat(bucket(desk, 0)).isEqualTo(new BucketSnapshot(250, 50, 1));

    desk.submit(0, "owner", 250);
    assertThat(bucket(desk, 0).upgraded()).isZero();
    assertThat(bucket(desk, 3).availableTokens()).isEqualTo(-200);
    assertThat(desk.log).hasSize(4);

    desk.advanceNanos(200 * MILLI);
    assertThat(desk.log).endsWith("owner>a");
    figure("owner comes to a full bucket: wait in ms until the provider has its tokens", desk.leases.getLast().waitNanos() / MILLI, 200);
    desk.submit(3, "low5", 10);
    assertThat(desk.log).doesNotContain("low5>a");
  }

  @Test
  void theNearestBetterBucketPaysAndNoneBeyondTheDistance() {
    Desk desk = desk(rules(4, false, 2, 9));
    for (int i = 0; i < 5; i++) {
      desk.submit(3, "low" + i, 250);
    }
    assertThat(desk.log).containsExactly("low0>a", "low1>a", "low2>a");
    figure("distance: tokens taken from buckets beyond it", 250 - bucket(desk, 0).availableTokens(), 0);
    assertThat(desk.pool().buckets()).extracting(BucketSnapshot::upgraded).containsExactly(0, 1, 1, 0);
    assertThat(bucket(desk, 0).availableTokens()).isEqualTo(250);
  }

  @Test
  void aRequestUpgradedForAMinuteGoesBackToItsOwnBucket() {
    Desk desk = new Desk(
        Setup.of(Policy.STRICT)
            .withLanes(Collections.nCopies(4, Setup.lane(1)))
            .withProvider("a", new AccountLimits(1_000, Integer.MAX_VALUE, 999, Long.MAX_VALUE, new LeaseLife(0, SECOND, 600 * SECOND)))
            .config()
            .withBuckets(rules(4, false, 1, 1)),
        SchedulerListener.NONE);
    WorkRequest longRunning =
        new WorkRequest("low", 3, new TokenCost(250, 0), 300, 0, Long.MAX_VALUE, Set.of());
    desk.submit("low0", longRunning);
    desk.submit("low1", longRunning);
    assertThat(bucket(desk, 2).upgraded()).isEqualTo(1);

    desk.advanceNanos(60 * SECOND - 1);
    assertThat(bucket(desk, 2)).isEqualTo(new BucketSnapshot(250, 250, 1));
    desk.advanceNanos(1);
    figure("decay: upgraded requests after 60 s", bucket(desk, 2).upgraded(), 0);
    assertThat(bucket(desk, 2)).isEqualTo(new BucketSnapshot(250, 250, 0));
    assertThat(bucket(desk, 3).availableTokens()).isZero();
    desk.leases.forEach(lease -> lease.settle(lease.cost()));
    assertThat(bucket(desk, 3).availableTokens()).isZero();
  }

  @Test
  void theQuotaBoundsUpgradedRequestsAndEndedOnesMakeRoom() {
    Desk desk = desk(rules(2, false, 1, 2));
    for (int i = 0; i < 4; i++) {
      desk.submit(1, "low" + i, i == 0 ? 500 : 10);
    }
    assertThat(bucket(desk, 0).upgraded()).isEqualTo(2);
    assertThat(desk.log).hasSize(3);
    desk.leases.get(1).settle(new TokenCost(10, 0));
    assertThat(desk.log).hasSize(4);
    assertThat(bucket(desk, 0).upgraded()).isEqualTo(2);
  }

  @Test
  void aStrictBucketTakesNothingOfIdleBetterOnes() {
    Desk desk = desk(rules(4, true, 3, 9));
    desk.submit(3, "low0", 250);
    desk.submit(3, "low1", 250);
    assertThat(desk.log).containsExactly("low0>a");
    desk.advanceNanos(SECOND - 1);
    assertThat(desk.log).hasSize(1);
    desk.advanceNanos(1);
    assertThat(desk.log).containsExactly("low0>a", "low1>a");
  }

  /** Refilling takes the tokens that an ended request took; until then its bucket still answers for them. */
  @Test
  void anOwnerGetsBackWhatEndedRequestsTook() {
    Desk desk = desk(rules(4, false, 3, 9));
    for (int i = 0; i < 4; i++) {
      desk.submit(3, "low" + i, 250);
    }
    desk.leases.forEach(lease -> lease.settle(lease.cost()));
    assertThat(bucket(desk, 0)).isEqualTo(new BucketSnapshot(250, 0, 0));
    desk.submit(0, "owner", 100);
    assertThat(bucket(desk, 3).availableTokens()).isEqualTo(-100);
    desk.advanceNanos(100 * MILLI);
    assertThat(desk.log).endsWith("owner>a");
  }

  @Test
  void guaranteesFollowTheCapacity() {
    Desk desk = desk(rules(4, false, 3, 9));
    desk.change(config(rules(4, false, 3, 9), 2_000, 999));
    assertThat(desk.pool().buckets()).allSatisfy(bucket -> assertThat(bucket.tokensPerSecond()).isEqualTo(500));
    desk.change(config(rules(5, false, 3, 9), 2_000, 999));
    assertThat(desk.pool().buckets()).hasSize(5).allSatisfy(bucket -> assertThat(bucket.availableTokens()).isEqualTo(400));
  }

  @Test
  void whatBucketsCannotShareIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Desk(config(rules(4, false, 3, 9), Long.MAX_VALUE, 9), SchedulerListener.NONE))
        .withMessageContaining("pools[m]: unlimited tokens per second");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Desk(config(rules(4, false, 3, 9), 3, 9), SchedulerListener.NONE))
        .withMessageContaining("pools[m].tokensPerSecond: 3 (expected: at least 4");
  }

  /**
   * Ten buckets at one and a half times their capacity, all floods from the worst six. The owners of the four best stay within their
   * guarantees; between the arrival of one and its start, no worse bucket starts more than one request.
   */
  @Test
  void noLowBucketDelaysAnOwnerByMoreThanOneDispatch() {
    System.out.println("BucketsInThePoolTest: seed " + SEED);
    SplittableRandom random = new SplittableRandom(SEED);
    int[] dispatched = new int[10];
    Desk desk = new Desk(
        config(new BucketRules(
            Distribution.exponential(10, 0.7), Collections.nCopies(10, false), 10, List.of(2, 5, 10, 20, 20, 20, 20, 20, 20, 20), true, 60 * SECOND), 10_000, 100_000),
        new SchedulerListener() {
          @Override
          public void admitted(String model, String provider, int lane, long waitNanos, boolean queued) {
            dispatched[lane]++;
          }
        });
    long[] guarantees = Distribution.guarantees(Distribution.exponential(10, 0.7), 10_000);
    long[] nextOwnerMillis = new long[4];
    List<Lease> open = new ArrayList<>();
    Owners owners = new Owners(desk, dispatched);
    for (int milli = 0; milli < 300_000; milli++) {
      for (int lane = 0; lane < 4; lane++) {
        if (milli >= nextOwnerMillis[lane]) {
          long tokens = random.nextLong(1, guarantees[lane]);
          nextOwnerMillis[lane] = milli + 1_000 + random.nextLong(0, 2_000);
          owners.submit(lane, tokens);
        }
      }
      if (random.nextInt(100) < 15) {
        desk.submit(4 + random.nextInt(6), "flood" + random.nextInt(5), random.nextLong(1, 2_000));
      }
      while (!desk.leases.isEmpty()) {
        open.add(desk.leases.removeLast());
      }
      for (int i = 0; i < 3 && open.size() > 40; i++) {
        Lease lease = open.remove(random.nextInt(open.size()));
        lease.settle(new TokenCost(random.nextLong(0, 2 * lease.cost().total() + 1), 0));
      }
      desk.advanceNanos(MILLI);
    }
    System.out.printf("figure: buckets: starts of one worse bucket while an owner waits, most | %d | <= 1 | %s | BucketsInThePoolTest%n", owners.most, owners.most <= 1 ? "pass" : "short");
    System.out.printf("BucketsInThePoolTest: %d owners, longest wait %d ms, dispatched by bucket %s%n", owners.started, owners.longestNanos / MILLI, Arrays.toString(dispatched));
    assertThat(owners.started).isGreaterThan(400);
    assertThat(owners.most).isLessThanOrEqualTo(1);
    assertThat(dispatched).doesNotContain(0);
  }

  /** Submits owners and counts what starts while they wait. */
  private static final class Owners {
    private final Desk desk;
    private final int[] dispatched;
    private int most;
    private int started;
    private long longestNanos;

    Owners(Desk desk, int[] dispatched) {
      this.desk = desk;
      this.dispatched = dispatched;
    }

    void submit(int lane, long tokens) {
      int[] before = dispatched.clone();
      Decision decision = desk.scheduler.submit(Setup.MODEL, Setup.request(lane, "owner", tokens), new WaitListener() {
        @Override
        public void dispatched(Lease lease) {
          for (int worse = lane + 1; worse < before.length; worse++) {
            most = Math.max(most, dispatched[worse] - before[worse]);
          }
          started++;
          longestNanos = Math.max(longestNanos, lease.waitNanos());
          desk.leases.add(lease);
        }

        @Override
        public void evicted(EvictReason reason, long retryAfterNanos) {
          throw new AssertionError("owner evicted: " + reason);
        }
      });
      if (decision instanceof Decision.Admitted admitted) {
        started++;
        desk.leases.add(admitted.lease());
      }
    }
  }
}
