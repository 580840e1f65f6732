// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler;

import static dev.sluice.scheduler.simulation.Setup.MILLI;
import static dev.sluice.scheduler.simulation.Setup.SECOND;
import static dev.sluice.scheduler.simulation.Setup.limits;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.scheduler.adaptive.CapacityScale;
import dev.sluice.scheduler.adaptive.Sign;
import dev.sluice.scheduler.bucket.BucketRules;
import dev.sluice.scheduler.simulation.Desk;
import dev.sluice.scheduler.simulation.Setup;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** A provider that is configured for 10 000 tokens/s and for a while bears half of it. */
class AdaptiveCapacityInThePoolTest {
  private static final long SEED = Long.getLong("sluice.seed", 20_261_133L);
  private static final long CONFIGURED = 10_000;
  private static final double TARGET_SECONDS = 2;

  /** A request that has its first token at an instant. */
  private record Sent(Lease lease, long startedAtNanos, long firstTokenAtNanos) {}

  @Test
  void theScaleFindsWhatTheProviderBearsAndLetsGoOfItAgain() {
    System.out.println("AdaptiveCapacityInThePoolTest: seed " + SEED);
    SplittableRandom random = new SplittableRandom(SEED);
    Desk desk = new Desk(Setup.of(Policy.STRICT).withProvider("a", limits(CONFIGURED, 10_000)).withBounds(100, 1L << 30, 100));
    CapacityScale scale = new CapacityScale(0.1, desk.clock.read());
    List<Sent> sent = new ArrayList<>();
    double backlog = 0;
    double[] firstTokens = new double[3];
    long[] granted = new long[3];
    long[] counts = new long[3];
    for (int step = 0; step < 30_000; step++) {
      int phase = step / 10_000;
      double bears = phase == 1 ? 0.5 * CONFIGURED : 1.2 * CONFIGURED;
      backlog = Math.max(0, backlog - bears / 100);
      for (int i = 0; i < 2; i++) {
        desk.submit(0, "f" + i, random.nextLong(1, 300));
      }
      boolean late = step % 10_000 >= 6_000;
      for (Lease lease : desk.leases) {
        backlog += lease.cost().total();
        double seconds = 0.2 + backlog / bears;
        sent.add(new Sent(lease, desk.clock.read(), desk.clock.read() + (long) (seconds * SECOND)));
        firstTokens[phase] += late ? seconds : 0;
        counts[phase] += late ? 1 : 0;
        granted[phase] += late ? lease.cost().total() : 0;
      }
      desk.leases.clear();
      sent.removeIf(each -> {
        boolean here = desk.clock.read() - each.firstTokenAtNanos() >= 0;
        if (here) {
          boolean slow = each.firstTokenAtNanos() - each.startedAtNanos() > TARGET_SECONDS * SECOND;
          scale.heard(slow ? Sign.SLOW : Sign.GOOD, each.startedAtNanos(), desk.clock.read());
          each.lease().settle(each.lease().cost());
        }
        return here;
      });
      if (step % 100 == 0) {
        desk.scheduler.scale(Setup.MODEL, "a", scale.scale());
      }
      desk.advanceNanos(10 * MILLI);
    }
    double[] used = new double[3];
    double[] mean = new double[3];
    for (int phase = 0; phase < 3; phase++) {
      used[phase] = granted[phase] / 40.0 / CONFIGURED;
      mean[phase] = firstTokens[phase] / counts[phase];
    }
    System.out.printf("AdaptiveCapacityInThePoolTest: part of the configured capacity used %.2f %.2f %.2f, mean time to first token %.2f %.2f %.2f s%n",
        used[0], used[1], used[2], mean[0], mean[1], mean[2]);
    assertThat(used[0]).isGreaterThan(0.98);
    assertThat(used[1]).isBetween(0.4, 0.52);
    assertThat(mean[1]).isLessThan(1.5 * TARGET_SECONDS);
    assertThat(used[2]).isGreaterThan(0.9).isLessThanOrEqualTo(1.01);
    assertThat(scale.scale()).isEqualTo(1);
  }

  @Test
  void theScaleLowersRatesAndPlacesAndSurvivesAChange() {
    Setup setup = Setup.of(Policy.STRICT).withProvider("a", limits(1_000, 10)).withProvider("b", limits(Long.MAX_VALUE, 4));
    Desk desk = new Desk(setup);
    desk.scheduler.scale(Setup.MODEL, "a", 0.25);
    desk.scheduler.scale(Setup.MODEL, "b", 0.01);
    desk.scheduler.scale(Setup.MODEL, "nobody", 0.25);
    desk.scheduler.scale("nothing", "a", 0.25);
    desk.submit(0, "one", 200);
    assertThat(desk.leases.getLast().headroom()).isEqualTo(new Headroom(250, 50, Long.MAX_VALUE, Long.MAX_VALUE));
    desk.change(setup.config());
    desk.submit(0, "two", 40);
    assertThat(desk.leases.getLast().headroom().tokensPerSecond()).isEqualTo(250);
    desk.submit(0, "three", 100);
    desk.submit(0, "four", 100);
    assertThat(desk.log).containsExactly("one>a", "two>a", "three>b");
    desk.scheduler.scale(Setup.MODEL, "b", 0.5);
    assertThat(desk.log).endsWith("four>b");
    desk.scheduler.scale(Setup.MODEL, "a", 1);
    assertThat(desk.pool().accounts().getFirst().limits().tokensPerSecond()).isEqualTo(1_000);
  }

  @Test
  void bucketsShareWhatIsLeft() {
    BucketRules rules = new BucketRules(List.of(3.0, 1.0), List.of(true, true), 0, List.of(0, 0), true, SECOND);
    Desk desk = new Desk(
        Setup.of(Policy.STRICT).withLanes(Collections.nCopies(2, Setup.lane(1))).withProvider("a", limits(1_000, 9)).config().withBuckets(rules),
        SchedulerListener.NONE);
    desk.scheduler.scale(Setup.MODEL, "a", 0.4);
    assertThat(desk.pool().buckets()).extracting(SchedulerSnapshot.BucketSnapshot::tokensPerSecond).containsExactly(300L, 100L);
  }
}
