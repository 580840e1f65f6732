// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler;

import static dev.sluice.scheduler.simulation.Setup.MODEL;
import static dev.sluice.scheduler.simulation.Setup.SECOND;
import static dev.sluice.scheduler.simulation.Setup.limits;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.scheduler.DecisionRecord.ProviderVerdict;
import dev.sluice.scheduler.simulation.Desk;
import dev.sluice.scheduler.simulation.Setup;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PreferenceTest {
  private final List<DecisionRecord> decisions = new ArrayList<>();
  private final Desk desk =
      new Desk(
          Setup.of(Policy.HYBRID).withProvider("a", limits(1000, 2)).withProvider("b", limits(1000, 2)),
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

  private void submit(String name, long input, long output) {
    desk.submit(name, new WorkRequest(name, 0, new TokenCost(input, output), output, 0, Long.MAX_VALUE, Set.of()));
  }

  @Test
  void orderDecidesUntilSomebodyHasAPrice() {
    submit("x", 10, 10);
    assertThat(desk.log).containsExactly("x>a");
    assertThat(decisions.getLast().providers()).extracting(ProviderVerdict::score).allMatch(score -> score.isEmpty());
  }

  @Test
  void theCheaperIsTakenForWhatTheRequestIs() {
    desk.scheduler.prefer(MODEL, "a", new Preference(1, 10, 0));
    desk.scheduler.prefer(MODEL, "b", new Preference(4, 4, 0));
    submit("long-prompt", 100, 10);
    submit("long-answer", 10, 100);

    assertThat(desk.log).containsExactly("long-prompt>a", "long-answer>b");
    assertThat(decisions.getLast().providers()).extracting(verdict -> verdict.score().orElseThrow()).containsExactly(1010.0, 440.0);
  }

  @Test
  void equalScoresGoByOrder() {
    desk.scheduler.prefer(MODEL, "a", new Preference(0, 0, 3));
    desk.scheduler.prefer(MODEL, "b", new Preference(0, 0, 3));
    submit("x", 10, 10);
    assertThat(desk.log).containsExactly("x>a");
  }

  @Test
  void aFullOneIsNotWaitedForAndWaitersChooseToo() {
    desk.scheduler.prefer(MODEL, "a", new Preference(1, 1, 0));
    for (String name : List.of("1", "2", "3", "4", "5")) {
      submit(name, 10, 10);
    }
    assertThat(desk.log).containsExactly("1>b", "2>b", "3>a", "4>a");
    desk.settleFirst();
    assertThat(desk.log).endsWith("5>b");
  }

  @Test
  void aChangeOfTheConfigurationKeepsIt() {
    desk.scheduler.prefer(MODEL, "a", new Preference(1, 1, 0));
    desk.change(Setup.of(Policy.HYBRID).withProvider("a", limits(500, 2)).withProvider("b", limits(1000, 2)).config());
    desk.advanceNanos(SECOND);
    submit("x", 10, 10);
    assertThat(desk.log).containsExactly("x>b");
  }

  @Test
  void costsAreNumbers() {
    assertThatThrownBy(() -> new Preference(-1, 0, 0)).hasMessageContaining("expected: finite");
    assertThatThrownBy(() -> new Preference(0, Double.NaN, 0)).hasMessageContaining("expected: finite");
    assertThatThrownBy(() -> new Preference(0, 0, Double.POSITIVE_INFINITY)).hasMessageContaining("expected: finite");
  }
}
