// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.hybrid;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.routing.hybrid.SpillRule.Outlook;
import dev.sluice.routing.hybrid.SpillRule.Spill;
import java.math.BigDecimal;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class SpillRuleTest {
  private static final long SECOND = 1_000_000_000L;
  private static final SpillTerms BY_COST =
      new SpillTerms(OptionalDouble.empty(), 0, List.of(new BigDecimal("0.01"), new BigDecimal("0.001")), 50);
  private static final SpillTerms BY_LOAD = new SpillTerms(OptionalDouble.of(0.9), 0.7, List.of(BigDecimal.ZERO), 50);

  /** The price difference is 0.02. */
  private static Outlook waiting(long nanos) {
    return new Outlook(nanos, 0, new BigDecimal("0.01"), new BigDecimal("0.03"));
  }

  private static Outlook loaded(double load) {
    return new Outlook(0, load, BigDecimal.ZERO, BigDecimal.ONE);
  }

  @Test
  void leavesWhereWaitingCostsMoreThanTheDifference() {
    assertThat(SpillRule.decide(BY_COST, 0, waiting(2 * SECOND), Spill.NONE)).isEqualTo(Spill.NONE);
    assertThat(SpillRule.decide(BY_COST, 0, waiting(2 * SECOND + 1), Spill.NONE)).isEqualTo(Spill.WAIT);
  }

  @Test
  void judgesEachLaneByTheValueOfItsTime() {
    assertThat(SpillRule.decide(BY_COST, 1, waiting(20 * SECOND), Spill.NONE)).isEqualTo(Spill.NONE);
    assertThat(SpillRule.decide(BY_COST, 1, waiting(20 * SECOND + 1), Spill.NONE)).isEqualTo(Spill.WAIT);
    assertThat(SpillRule.decide(BY_COST, 7, waiting(20 * SECOND + 1), Spill.NONE)).as("lanes beyond the last").isEqualTo(Spill.WAIT);
  }

  @Test
  void returnsOnlyWhenWaitingIsClearlyCheaper() {
    assertThat(SpillRule.decide(BY_COST, 0, waiting(SECOND + 1), Spill.WAIT)).isEqualTo(Spill.WAIT);
    assertThat(SpillRule.decide(BY_COST, 0, waiting(SECOND), Spill.WAIT)).isEqualTo(Spill.NONE);
    assertThat(SpillRule.decide(BY_COST, 0, waiting(SECOND + 1), Spill.NONE)).isEqualTo(Spill.NONE);
  }

  @Test
  void staysWhereThereIsNoWaitHoweverCheapTheOthersAre() {
    Outlook cheaper = new Outlook(0, 0, BigDecimal.ONE, BigDecimal.ZERO);
    assertThat(SpillRule.decide(BY_COST, 0, cheaper, Spill.NONE)).isEqualTo(Spill.NONE);
    assertThat(SpillRule.decide(BY_COST, 0, cheaper, Spill.WAIT)).isEqualTo(Spill.NONE);
    Outlook cheaperWithAWait = new Outlook(1, 0, BigDecimal.ONE, BigDecimal.ZERO);
    assertThat(SpillRule.decide(BY_COST, 0, cheaperWithAWait, Spill.NONE)).isEqualTo(Spill.WAIT);
  }

  @Test
  void leavesAtTheLoadAndReturnsBelowALowerOne() {
    assertThat(SpillRule.decide(BY_LOAD, 0, loaded(0.89), Spill.NONE)).isEqualTo(Spill.NONE);
    assertThat(SpillRule.decide(BY_LOAD, 0, loaded(0.9), Spill.NONE)).isEqualTo(Spill.LOAD);
    assertThat(SpillRule.decide(BY_LOAD, 0, loaded(0.7), Spill.LOAD)).isEqualTo(Spill.LOAD);
    assertThat(SpillRule.decide(BY_LOAD, 0, loaded(0.69), Spill.LOAD)).isEqualTo(Spill.NONE);
  }

  @Test
  void leavesWhereTheOwnProvidersWouldRefuse() {
    Outlook refused = new Outlook(Long.MAX_VALUE, 0.1, BigDecimal.ZERO, new BigDecimal("1000000"));
    assertThat(SpillRule.decide(BY_COST, 0, refused, Spill.NONE)).isEqualTo(Spill.LOAD);
  }

  /** A load that swings around the threshold changes the mind twice a swing, and one between the thresholds never. */
  @Test
  void changesItsMindOnlyWhereTheLoadCrossesBothThresholds() {
    var desk = new SpillDesk();
    int changes = 0;
    Spill before = Spill.NONE;
    for (int step = 0; step < 1000; step++) {
      double load = step < 500 ? 0.8 + 0.15 * Math.sin(step / 10.0) : 0.85 + 0.06 * Math.sin(step / 3.0);
      Spill now = desk.decide(BY_LOAD, "m", 0, loaded(load));
      changes += now == before ? 0 : 1;
      before = now;
    }
    assertThat(changes).isBetween(14, 18);
  }

  @Test
  void remembersEachModelAndLaneByItself() {
    var desk = new SpillDesk();
    assertThat(desk.decide(BY_LOAD, "a", 0, loaded(0.95))).isEqualTo(Spill.LOAD);
    assertThat(desk.decide(BY_LOAD, "a", 1, loaded(0.8))).isEqualTo(Spill.NONE);
    assertThat(desk.decide(BY_LOAD, "b", 0, loaded(0.8))).isEqualTo(Spill.NONE);
    assertThat(desk.decide(BY_LOAD, "a", 0, loaded(0.8))).isEqualTo(Spill.LOAD);
  }
}
