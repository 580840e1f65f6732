// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler;

import static dev.sluice.scheduler.simulation.Setup.MODEL;
import static dev.sluice.scheduler.simulation.Setup.SECOND;
import static dev.sluice.scheduler.simulation.Setup.limits;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.scheduler.SchedulerSnapshot.AccountSnapshot;
import dev.sluice.scheduler.simulation.Desk;
import dev.sluice.scheduler.simulation.Setup;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SliceTest {
  private static final Setup SETUP = Setup.of(Policy.STRICT).withProvider("a", limits(1_000, 10));
  private static final int QUARTER = Slice.WHOLE_RATE / 4;

  private static AccountSnapshot account(Desk desk) {
    return desk.pool().accounts().getFirst();
  }

  private static long started(Desk desk) {
    return desk.log.stream().filter(line -> line.endsWith(">a")).count();
  }

  @Test
  void placesAndRatesAreThoseOfTheSlice() {
    Desk desk = new Desk(SETUP);
    desk.scheduler.slice(MODEL, "a", Slice.of(3, QUARTER));
    for (int i = 0; i < 5; i++) {
      desk.submit(0, "r" + i, 50);
    }
    assertThat(started(desk)).isEqualTo(3);
    assertThat(account(desk).places()).isEqualTo(3);
    assertThat(account(desk).headroom().tokensPerSecond()).isEqualTo(250);
    assertThat(account(desk).limits().maxConcurrent()).isEqualTo(10);
  }

  @Test
  void aSliceThatGrowsLetsWaitersStartAndOneThatShrinksStopsNobody() {
    Desk desk = new Desk(SETUP);
    desk.scheduler.slice(MODEL, "a", Slice.of(1, Slice.WHOLE_RATE));
    for (int i = 0; i < 5; i++) {
      desk.submit(0, "r" + i, 50);
    }
    assertThat(started(desk)).isEqualTo(1);
    desk.scheduler.slice(MODEL, "a", Slice.of(4, Slice.WHOLE_RATE));
    assertThat(started(desk)).isEqualTo(4);
    desk.scheduler.slice(MODEL, "a", Slice.of(2, Slice.WHOLE_RATE));
    assertThat(account(desk).inFlight()).isEqualTo(4);
    desk.leases.get(0).settle(new TokenCost(50, 0));
    desk.leases.get(1).settle(new TokenCost(50, 0));
    assertThat(started(desk)).as("two still run, and two may").isEqualTo(4);
    desk.leases.get(2).settle(new TokenCost(50, 0));
    assertThat(started(desk)).isEqualTo(5);
  }

  @Test
  void aRateThatGrowsGivesNoTokensAtOnce() {
    Desk desk = new Desk(SETUP);
    desk.scheduler.slice(MODEL, "a", Slice.of(10, QUARTER));
    desk.submit(0, "first", 250);
    desk.scheduler.slice(MODEL, "a", Slice.WHOLE);
    assertThat(account(desk).availableTokens()).isZero();
    desk.advanceNanos(SECOND / 2);
    assertThat(account(desk).availableTokens()).isEqualTo(500);
  }

  @Test
  void changesOfTheConfigurationAndOfHealthKeepTheSlice() {
    Desk desk = new Desk(SETUP);
    desk.scheduler.slice(MODEL, "a", Slice.of(8, QUARTER));
    desk.change(SETUP.withPools(Map.of(MODEL, List.of(new ProviderAccount("a", limits(2_000, 6))))).config());
    assertThat(account(desk).places()).isEqualTo(6);
    assertThat(account(desk).headroom().tokensPerSecond()).isEqualTo(500);
    desk.scheduler.scale(MODEL, "a", 0.5);
    assertThat(account(desk).places()).isEqualTo(3);
    assertThat(account(desk).headroom().tokensPerSecond()).isEqualTo(250);
    desk.scheduler.slice(MODEL, "nobody", Slice.WHOLE);
    desk.scheduler.slice("nothing", "a", Slice.WHOLE);
  }

  /** Of ten that come while one place and a thousandth of the tokens are there, each would wait for minutes; they are about to have all of it. */
  @Test
  void waitsAreForetoldByWhatIsAboutToBeThere() {
    for (boolean growing : new boolean[] {false, true}) {
      Desk desk = new Desk(SETUP.withLanes(List.of(lane(4 * SECOND), lane(4 * SECOND))));
      Slice least = Slice.of(1, 1_000);
      desk.scheduler.slice(MODEL, "a", growing ? least.growingTo(10, Slice.WHOLE_RATE) : least);
      for (int i = 0; i < 10; i++) {
        desk.submit(0, "r" + i, 300);
      }
      assertThat(desk.log.stream().filter(line -> line.contains("!")).count()).isEqualTo(growing ? 0 : 9);
      desk.scheduler.slice(MODEL, "a", Slice.WHOLE);
      desk.advanceNanos(4 * SECOND);
      assertThat(started(desk)).isEqualTo(growing ? 10 : 1);
    }
  }

  /** So nobody buys elsewhere for a shortage of half a second. */
  @Test
  void theLoadIsThatOfWhatIsAboutToBeThere() {
    Desk desk = new Desk(SETUP);
    desk.scheduler.slice(MODEL, "a", Slice.of(1, 1_000).growingTo(10, Slice.WHOLE_RATE));
    desk.submit(0, "r", 300);
    assertThat(desk.scheduler.outlook(MODEL, Setup.request(0, "next", 100)).load()).isEqualTo(0.1);
    desk.scheduler.slice(MODEL, "a", Slice.of(1, 1_000));
    assertThat(desk.scheduler.outlook(MODEL, Setup.request(0, "next", 100)).load()).isEqualTo(1);
  }

  private static LaneConfig lane(long maxWaitNanos) {
    return new LaneConfig(1, maxWaitNanos, Integer.MAX_VALUE, Long.MAX_VALUE);
  }

  @Test
  void aSliceIsNeverNothingNorMoreThanAll() {
    assertThatThrownBy(() -> Slice.of(0, 1)).hasMessageContaining("places");
    assertThatThrownBy(() -> Slice.of(1, 0)).hasMessageContaining("rateParts");
    assertThatThrownBy(() -> Slice.of(1, Slice.WHOLE_RATE + 1)).hasMessageContaining("rateParts");
    assertThat(Slice.of(5, 7).growingTo(3, 9).prospects()).isEqualTo(new Slice.Prospects(5, 9));
  }
}
