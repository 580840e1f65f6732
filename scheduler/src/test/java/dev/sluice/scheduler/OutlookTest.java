// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler;

import static dev.sluice.scheduler.simulation.Setup.MILLI;
import static dev.sluice.scheduler.simulation.Setup.SECOND;
import static dev.sluice.scheduler.simulation.Setup.limits;
import static dev.sluice.scheduler.simulation.Setup.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.sluice.scheduler.simulation.Desk;
import dev.sluice.scheduler.simulation.Setup;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What requests would find if they came. */
class OutlookTest {
  private static WorkRequest to(String provider, long tokens) {
    return new WorkRequest("x", 0, new TokenCost(tokens, 0), 0, 0, Long.MAX_VALUE, Set.of(provider));
  }

  @Test
  void findsNoWaitWhereThereIsRoom() {
    Desk desk = new Desk(Setup.of(Policy.STRICT).withProvider("a", limits(1_000, 4)));
    assertThat(desk.scheduler.outlook(Setup.MODEL, request(0, "f", 500))).isEqualTo(new Outlook(0, 0));
    desk.submit(0, "first", 250);
    assertThat(desk.scheduler.outlook(Setup.MODEL, request(0, "f", 500))).isEqualTo(new Outlook(0, 0.25));
    desk.submit(0, "second", 10);
    desk.submit(0, "third", 10);
    assertThat(desk.scheduler.outlook(Setup.MODEL, request(0, "f", 500)).load()).as("three of four places").isEqualTo(0.75);
  }

  @Test
  void foretellsTheWaitThatSubmittingWouldAndChangesNothing() {
    Desk desk = new Desk(Setup.of(Policy.STRICT).withProvider("a", limits(1_000, 99)));
    desk.submit(0, "first", 1_000);
    desk.submit(0, "second", 700);
    long foretold = desk.scheduler.outlook(Setup.MODEL, request(0, "f", 300)).waitNanos();
    assertThat(desk.scheduler.outlook(Setup.MODEL, request(0, "f", 300)).waitNanos()).as("asked again").isEqualTo(foretold);
    Decision decision = desk.submit("third", request(0, "f", 300));
    assertThat(((Decision.Queued) decision).ticket().predictedWaitNanos()).isEqualTo(foretold).isCloseTo(SECOND, within(MILLI));
    assertThat(desk.scheduler.outlook(Setup.MODEL, request(0, "f", 300)).load()).isEqualTo(1);
  }

  @Test
  void judgesOnlyTheProvidersThatTheRequestMayUse() {
    Desk desk = new Desk(Setup.of(Policy.STRICT).withProvider("a", limits(1_000, 99)).withProvider("b", limits(1_000, 99)));
    desk.submit("first", to("a", 1_000));
    desk.submit("second", to("a", 2_000));
    assertThat(desk.scheduler.outlook(Setup.MODEL, to("a", 100)).waitNanos()).isGreaterThan(SECOND);
    assertThat(desk.scheduler.outlook(Setup.MODEL, to("a", 100)).load()).isEqualTo(1);
    assertThat(desk.scheduler.outlook(Setup.MODEL, to("b", 100)).load()).isZero();
    assertThat(desk.scheduler.outlook(Setup.MODEL, to("c", 100))).isEqualTo(new Outlook(Outlook.REFUSED, 1));
  }

  @Test
  void saysWhereWaitingIsOutOfTheQuestion() {
    Desk desk = new Desk(Setup.of(Policy.STRICT).withProvider("a", limits(1_000, 99)));
    desk.submit(0, "first", 1_000);
    desk.submit(0, "second", 5_000);
    WorkRequest hasty = new WorkRequest("f", 0, new TokenCost(100, 0), 0, 0, 2 * SECOND, Set.of());
    assertThat(desk.scheduler.outlook(Setup.MODEL, hasty).waitNanos()).isEqualTo(Outlook.REFUSED);
  }
}
