// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler;

import static dev.sluice.scheduler.simulation.Setup.MILLI;
import static dev.sluice.scheduler.simulation.Setup.SECOND;
import static dev.sluice.scheduler.simulation.Setup.limits;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.scheduler.bucket.BucketRules;
import dev.sluice.scheduler.fairness.Ageing;
import dev.sluice.scheduler.simulation.Desk;
import dev.sluice.scheduler.simulation.Setup;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What having waited is worth. */
class AgeingTest {
  private static final int[] WEIGHTS = {8, 2, 0, 1};

  private static Desk desk(Policy policy, OptionalLong timeout, OptionalLong interval) {
    Setup setup = Setup.of(policy).withWeights(WEIGHTS).withProvider("a", limits(Long.MAX_VALUE, 1));
    Setup timed = timeout.isPresent() ? setup.withStarvationTimeout(timeout.getAsLong()) : setup;
    return new Desk(timed.config().withRules(rules -> rules.withAgeing(new Ageing(rules.ageing().starvationTimeoutNanos(), interval))), SchedulerListener.NONE);
  }

  private static String served(Desk desk) {
    desk.settleFirst();
    return desk.log.getLast();
  }

  @ParameterizedTest
  @EnumSource
  void starvingRequestsGoInTheOrderOfArrival(Policy policy) {
    Desk desk = desk(policy, OptionalLong.of(SECOND), OptionalLong.empty());
    for (int i = 0; i < 50; i++) {
      desk.submit(0, "busy", 10);
    }
    desk.submit(2, "older", 10);
    desk.advanceNanos(MILLI);
    desk.submit(3, "younger", 10);
    desk.submit(0, "last", 10);
    desk.advanceNanos(SECOND);
    desk.log.clear();
    for (int i = 0; i < 40; i++) {
      assertThat(served(desk)).isEqualTo("busy>a");
    }
    desk.advanceNanos(MILLI);
    assertThat(served(desk)).isEqualTo("busy>a");
    assertThat(desk.log).doesNotContain("older>a", "younger>a");
  }

  /** Lane 2 has no weight. */
  @ParameterizedTest
  @EnumSource
  void onceStarvingAWaiterGoesBeforeWhoeverCameLater(Policy policy) {
    Desk desk = desk(policy, OptionalLong.of(SECOND), OptionalLong.empty());
    desk.submit(0, "first", 10);
    desk.submit(2, "older", 10);
    desk.advanceNanos(MILLI);
    desk.submit(3, "younger", 10);
    desk.advanceNanos(SECOND);
    desk.submit(0, "new", 10);
    desk.advanceNanos(1);
    assertThat(served(desk)).isEqualTo("older>a");
    assertThat(served(desk)).isEqualTo("younger>a");
    assertThat(served(desk)).isEqualTo("new>a");
  }

  @Test
  void aWaiterPassesBetterLanesOneByOne() {
    Desk desk = desk(Policy.STRICT, OptionalLong.empty(), OptionalLong.of(SECOND));
    desk.submit(0, "first", 10);
    desk.submit(3, "old", 10);
    desk.advanceNanos(2 * SECOND);
    desk.submit(1, "equal", 10);
    assertThat(served(desk)).as("aged to lane 1, a lane of its own").isEqualTo("equal>a");
    desk.submit(2, "two", 10);
    desk.submit(0, "zero", 10);
    assertThat(served(desk)).as("lane 0 is better still").isEqualTo("zero>a");
    assertThat(served(desk)).as("aged past lane 2").isEqualTo("old>a");
    assertThat(served(desk)).isEqualTo("two>a");
  }

  /** By age alone the heavy flow's backlog would go before the light one's request. */
  @Test
  void fairnessInsideALaneLastsUntilAWaiterHasAgedPastAll() {
    Desk desk = desk(Policy.STRICT, OptionalLong.empty(), OptionalLong.of(SECOND));
    desk.submit(1, "heavy", 100);
    for (int i = 0; i < 4; i++) {
      desk.submit(1, "heavy", 100);
    }
    desk.advanceNanos(1_999 * MILLI);
    assertThat(served(desk)).isEqualTo("heavy>a");
    desk.submit(1, "light", 10);
    assertThat(served(desk)).isEqualTo("light>a");
    desk.submit(1, "light", 10);
    desk.advanceNanos(MILLI);
    assertThat(served(desk)).as("two intervals old").isEqualTo("heavy>a");
  }

  /** The best lane's next waits for 900 of 1 000 tokens and claims them; the small one ages past it while there is room for it. */
  @Test
  void nothingTicksButTheInstantOfAging() {
    SchedulerConfig config = Setup.of(Policy.STRICT).withProvider("a", limits(1_000, 99)).config().withRules(rules -> rules.withAgeing(new Ageing(OptionalLong.empty(), OptionalLong.of(150 * MILLI))));
    Desk desk = new Desk(config, SchedulerListener.NONE);
    desk.submit(0, "first", 900);
    desk.submit(1, "small", 99);
    desk.submit(1, "aged", 20);
    desk.submit(0, "big", 1_000);
    long rings = desk.clock.ringCount();
    desk.advanceNanos(300 * MILLI - 1);
    assertThat(desk.log).containsExactly("first>a", "small>a");
    desk.advanceNanos(1);
    assertThat(desk.log).containsExactly("first>a", "small>a", "aged>a");
    assertThat(desk.clock.ringCount() - rings).as("big ages once, aged twice").isEqualTo(2);
  }

  @Test
  void anOldRequestGoesFirstAmongBucketsOnceItsBucketPays() {
    BucketRules rules = new BucketRules(List.of(1.0, 1.0), List.of(true, true), 1, List.of(0, 0), false, SECOND);
    SchedulerConfig config = Setup.of(Policy.STRICT).withLanes(List.of(Setup.lane(1), Setup.lane(1))).withProvider("a", limits(1_000, 1))
        .withStarvationTimeout(SECOND).config().withBuckets(rules);
    Desk desk = new Desk(config, SchedulerListener.NONE);
    desk.submit(1, "first", 500);
    desk.submit(1, "poor", 400);
    desk.submit(0, "rich", 10);
    desk.submit(0, "rich", 10);
    desk.advanceNanos(700 * MILLI);
    assertThat(served(desk)).isEqualTo("rich>a");
    desk.advanceNanos(300 * MILLI + 1);
    assertThat(served(desk)).as("its bucket has 500 again").isEqualTo("poor>a");
    desk.submit(1, "broke", 500);
    desk.advanceNanos(SECOND / 10);
    assertThat(served(desk)).isEqualTo("rich>a");
    assertThat(desk.log).doesNotContain("broke>a");
  }

  /** At every start: nobody who came before it waits and has waited for as many intervals as it takes to pass all lanes. */
  @ParameterizedTest
  @EnumSource
  void nobodyWhoComesLaterPassesAWaiterThatHasAgedPastAll(Policy policy) {
    long interval = 700 * MILLI;
    SplittableRandom random = new SplittableRandom(11);
    Desk desk = desk(policy, OptionalLong.empty(), OptionalLong.of(interval));
    TreeMap<Integer, Integer> waiting = new TreeMap<>();
    List<Long> arrivals = new ArrayList<>();
    int checked = 0;
    desk.submit(0, "first", 10);
    for (int step = 0; step < 3_000; step++) {
      desk.advanceNanos(random.nextLong(100 * MILLI));
      if (random.nextInt(100) < (step % 400 < 200 ? 55 : 45)) {
        int lane = random.nextInt(10) < 6 ? 0 : random.nextInt(4);
        waiting.put(arrivals.size(), lane);
        desk.submit(lane, Integer.toString(arrivals.size()), random.nextLong(1, 500));
        arrivals.add(desk.clock.elapsedNanos());
      } else if (!waiting.isEmpty()) {
        String line = served(desk);
        int id = Integer.parseInt(line.substring(0, line.indexOf('>')));
        waiting.remove(id);
        for (Map.Entry<Integer, Integer> older : waiting.headMap(id).entrySet()) {
          long waited = desk.clock.elapsedNanos() - arrivals.get(older.getKey());
          assertThat(waited).as("%s of lane %s when %s started", older.getKey(), older.getValue(), id)
              .isLessThan((older.getValue() + 1) * interval);
          checked++;
        }
      }
      desk.log.removeIf(line -> line.contains("!"));
      waiting.keySet().removeIf(id -> desk.clock.elapsedNanos() - arrivals.get(id) >= 50 * SECOND);
    }
    assertThat(checked).isGreaterThan(300);
  }
}
