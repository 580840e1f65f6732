// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler;

import static dev.sluice.scheduler.simulation.Setup.MILLI;
import static dev.sluice.scheduler.simulation.Setup.MODEL;
import static dev.sluice.scheduler.simulation.Setup.SECOND;
import static dev.sluice.scheduler.simulation.Setup.limits;
import static dev.sluice.scheduler.simulation.Setup.request;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.scheduler.DecisionRecord.Verdict;
import dev.sluice.scheduler.simulation.Desk;
import dev.sluice.scheduler.simulation.Setup;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class StandingTest {
  private static final long PATIENCE = 2 * SECOND;
  private static final Standing SICK = new Standing(0.1, 2, Standing.NEVER_NANOS, true, PATIENCE);

  private final List<DecisionRecord> decisions = new ArrayList<>();
  private final Desk desk =
      new Desk(
          Setup.of(Policy.HYBRID).withProvider("a", limits(1000, 10)).withProvider("b", limits(1000, 10)),
          new SchedulerListener() {
            @Override
            public boolean wantsDecisions() {
              return true;
            }

            @Override
            public void decided(DecisionRecord record, Optional<Lease> lease) {
              decisions.add(record);
            }
          });

  private void stand(String provider, Standing standing) {
    desk.scheduler.stand(MODEL, provider, standing);
  }

  @Test
  void anUnhealthyProviderIsPassedOver() {
    stand("a", SICK);
    desk.submit("x", request(0, "x", 100));

    assertThat(desk.log).containsExactly("x>b");
    assertThat(decisions.getLast().providers()).extracting(DecisionRecord.ProviderVerdict::verdict).containsExactly(Verdict.UNHEALTHY, Verdict.CHOSEN);
  }

  @Test
  void aPauseEndsAtItsInstantAndWakesNobodyEarlier() {
    stand("a", Standing.WHOLE.pausedUntil(desk.clock.read() + SECOND));
    stand("b", Standing.WHOLE.pausedUntil(desk.clock.read() + 3 * SECOND));
    desk.submit("x", request(0, "x", 100));

    desk.advanceNanos(SECOND - 1);
    assertThat(desk.log).isEmpty();
    desk.advanceNanos(1);
    assertThat(desk.log).containsExactly("x>a");
  }

  @Test
  void aPauseIsForetold() {
    stand("a", Standing.WHOLE.pausedUntil(desk.clock.read() + 3 * SECOND));
    stand("b", Standing.WHOLE.pausedUntil(desk.clock.read() + 4 * SECOND));

    Decision patient = desk.submit("patient", request(0, "x", 100));
    assertThat(((Decision.Queued) patient).ticket().predictedWaitNanos()).isEqualTo(3 * SECOND);
    desk.submit("hasty", new WorkRequest("y", 0, new TokenCost(100, 0), 0, 0, SECOND, Set.of()));
    assertThat(desk.log).containsExactly("hasty!WAIT_TOO_LONG");
  }

  @Test
  void trialsAreSoManyAtATime() {
    stand("a", new Standing(0.1, 2, 0, false, PATIENCE));
    stand("b", SICK);
    for (int i = 0; i < 4; i++) {
      desk.submit("t" + i, request(0, "x", 10));
    }
    assertThat(desk.log).containsExactly("t0>a", "t1>a");
    desk.settleFirst();
    assertThat(desk.log).containsExactly("t0>a", "t1>a", "t2>a");
  }

  @Test
  void whileNobodyIsHealthyPatienceIsShort() {
    fill();
    desk.submit("early", request(0, "x", 100));
    stand("a", SICK);
    desk.advanceNanos(SECOND);
    assertThat(desk.log).doesNotContain("early!NO_PROVIDER");
    stand("b", SICK);
    desk.advanceNanos(PATIENCE - MILLI);
    assertThat(desk.log).doesNotContain("early!NO_PROVIDER");
    desk.advanceNanos(MILLI);
    assertThat(desk.log).endsWith("early!NO_PROVIDER");

    desk.submit("hopeless", request(0, "x", 100));
    assertThat(desk.log).as("nobody knows when a provider will be there").endsWith("hopeless!NO_PROVIDER");
  }

  @Test
  void whenOneIsHealthyAgainPatienceIsWhatItWas() {
    fill();
    desk.submit("x", request(0, "x", 100));
    stand("a", SICK);
    stand("b", SICK);
    desk.advanceNanos(PATIENCE / 2);
    stand("b", Standing.WHOLE);
    desk.advanceNanos(PATIENCE);
    assertThat(desk.log).doesNotContain("x!NO_PROVIDER");
    while (!desk.leases.isEmpty()) {
      desk.settleFirst();
    }
    assertThat(desk.log).anyMatch(line -> line.startsWith("x>"));
  }

  @Test
  void aRequestWithProvidersOfItsOwnLooksAtThoseAlone() {
    fill();
    stand("a", SICK);
    desk.submit("only-a", new WorkRequest("y", 0, new TokenCost(100, 0), 0, 0, Long.MAX_VALUE, Set.of("a")));
    desk.submit("any", request(0, "x", 100));

    assertThat(desk.log).contains("only-a!NO_PROVIDER").doesNotContain("any!NO_PROVIDER");
  }

  @Test
  void aPartOfTheCapacityIsGiven() {
    stand("a", new Standing(0.5, Integer.MAX_VALUE, 0, false, Long.MAX_VALUE));
    stand("b", SICK);
    for (int i = 0; i < 12; i++) {
      desk.submit("r" + i, request(0, "x", 100));
    }
    assertThat(desk.log).hasSize(5).allMatch(line -> line.endsWith(">a"));
    desk.advanceNanos(SECOND / 5);
    assertThat(desk.log).as("five places are half of ten").hasSize(5);
    desk.settleFirst();
    assertThat(desk.log).hasSize(6);
  }

  @Test
  void aChangeOfTheConfigurationKeepsIt() {
    stand("a", SICK);
    desk.change(Setup.of(Policy.HYBRID).withProvider("a", limits(5000, 10)).withProvider("b", limits(1000, 10)).config());
    desk.submit("x", request(0, "x", 100));

    assertThat(desk.log).containsExactly("x>b");
  }

  /** Takes every place of both providers. */
  private void fill() {
    for (int i = 0; i < 20; i++) {
      desk.submit("fill", request(0, "fill", 1));
    }
    desk.log.clear();
  }
}
