// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler;

import static dev.sluice.scheduler.simulation.Setup.SECOND;
import static dev.sluice.scheduler.simulation.Setup.limits;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.scheduler.simulation.Desk;
import dev.sluice.scheduler.simulation.Setup;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How lanes share places where concurrency is short: weights 4, 2, 1 on 14 places. */
class PlacesTest {
  private static final int PLACES = 14;

  private final Desk desk = new Desk(Setup.of(Policy.HYBRID).withShare(50).withProvider("a", limits(Long.MAX_VALUE, PLACES)));

  /** Requests that ended, by lane. */
  private final int[] served = new int[3];

  private void submit(int lane, long tokens, int count) {
    for (int i = 0; i < count; i++) {
      desk.submit(lane, "f" + lane, tokens);
    }
  }

  private List<Long> held() {
    List<Long> held = new ArrayList<>();
    for (int lane = 0; lane < 3; lane++) {
      int counted = lane;
      held.add(desk.leases.stream().filter(lease -> lease.lane() == counted).count());
    }
    return held;
  }

  private void turnOver(int ends) {
    for (int i = 0; i < ends; i++) {
      desk.advanceNanos(SECOND / 10);
      served[desk.leases.getFirst().lane()]++;
      desk.settleFirst();
    }
  }

  @Test
  void backloggedLanesShareWhatLaneZeroLeavesByWeightWhateverTheirTokens() {
    submit(0, 10, 450);
    submit(1, 10_000, 450);
    submit(2, 1, 450);
    turnOver(400);
    assertThat(served[1] / (double) served[2]).isBetween(1.8, 2.2);
  }

  @Test
  void idlePlacesAreLentAndComeBackAsRequestsEnd() {
    submit(2, 10, 100);
    assertThat(held()).containsExactly(0L, 0L, (long) PLACES);
    submit(1, 10, 100);
    assertThat(held()).containsExactly(0L, 0L, (long) PLACES);
    turnOver(4);
    assertThat(held()).as("an owner takes the next places that come free").containsExactly(0L, 4L, PLACES - 4L);
  }

  @Test
  void aLaneThatBorrowedForLongIsStillGuaranteedItsOwn() {
    submit(1, 10, 800);
    desk.advanceNanos(10 * SECOND);
    turnOver(30);
    submit(1, 10, 800);
    submit(2, 10, 400);
    for (int i = 0; i < 200; i++) {
      turnOver(1);
      assertThat(held().get(1)).as("places of lane 1 after %s ends", i).isGreaterThanOrEqualTo(3L);
    }
  }

  @Test
  void laneZeroGoesFirstUpToItsShareOfWhatWasHeld() {
    submit(2, 10, 100);
    submit(0, 10, 3);
    turnOver(3);
    assertThat(held().getFirst()).isEqualTo(3);
  }
}
