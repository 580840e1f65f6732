// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler;

import static dev.sluice.scheduler.simulation.Setup.MILLI;
import static dev.sluice.scheduler.simulation.Setup.SECOND;
import static dev.sluice.scheduler.simulation.Setup.limits;
import static dev.sluice.scheduler.simulation.Setup.request;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.scheduler.simulation.Desk;
import dev.sluice.scheduler.simulation.Setup;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Overload in virtual time: capacity is neither exceeded nor left idle, and leaked leases cost what they must. */
class LimitsInTimeTest {
  /** Granted tokens over a busy minute at one and a half times the capacity. */
  @Test
  void usesTheWholeRateAndNoMore() {
    Desk desk = new Desk(Setup.of(Policy.HYBRID).withProvider("a", limits(10_000, 999)));
    SplittableRandom random = new SplittableRandom(11);
    long start = 0;
    for (int i = 0; i < 70_000 / 20; i++) {
      desk.submit(random.nextInt(3), "f" + random.nextInt(9), random.nextLong(1, 600));
      desk.advanceNanos(20 * MILLI);
      if (desk.clock.elapsedNanos() == 10 * SECOND) {
        start = desk.pool().tokens().granted();
      }
    }
    long granted = desk.pool().tokens().granted() - start;
    System.out.printf("granted over 60 s at 1.5 x load: %.2f %% of capacity%n", granted / 6_000.0);
    assertThat(granted).isBetween(594_000L, 606_000L);
  }

  /** With 5 % of all ends lost, no more slots leak than arrivals x loss x lease life, and all come back. */
  @Test
  void lostEndsLeakNoMoreThanTheirLife() {
    Desk desk = new Desk(Setup.of(Policy.STRICT).withProvider("a", limits(Long.MAX_VALUE, 200)));
    SplittableRandom random = new SplittableRandom(12);
    int most = 0;
    for (int i = 0; i < 60 * 50; i++) {
      desk.submit("f", new WorkRequest("f", 0, new TokenCost(1, 0), 0, 0, 0, Set.of()));
      if (random.nextInt(20) > 0) {
        desk.settleFirst();
      } else {
        desk.leases.clear();
      }
      desk.advanceNanos(20 * MILLI);
      most = Math.max(most, desk.pool().accounts().getFirst().inFlight());
    }
    assertThat(most).isLessThanOrEqualTo((int) (50 * 0.05 * 15 * 1.5));
    desk.advanceNanos(15 * SECOND);
    assertThat(desk.pool().accounts().getFirst().inFlight()).isZero();
    assertThat(desk.pool().leases().expired()).isPositive();
  }

  /** One flow floods its lane; the others get what they ask for. */
  @Test
  void aFloodingFlowHurtsItselfAlone() {
    Desk desk = new Desk(Setup.of(Policy.STRICT).withProvider("a", limits(1_000, 999)).withBounds(9_999, 1L << 40, 50));
    for (int i = 0; i < 600; i++) {
      for (int j = 0; j < 20; j++) {
        desk.submit("flood", request(0, "flood", 100));
      }
      desk.submit("light" + i % 3, request(0, "light" + i % 3, 10));
      desk.advanceNanos(50 * MILLI);
    }
    assertThat(desk.log.stream().filter(line -> line.startsWith("light")).filter(line -> line.endsWith(">a")).count())
        .isGreaterThanOrEqualTo(595);
    assertThat(desk.log).noneMatch(line -> line.startsWith("light") && line.contains("!"));
    assertThat(desk.log).contains("flood!QUEUE_FULL");
  }
}
