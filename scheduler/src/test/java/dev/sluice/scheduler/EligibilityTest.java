// SPDX-License-Identifier: Apache-2.0
package dev.sluice.scheduler;

import static dev.sluice.scheduler.simulation.Setup.MILLI;
import static dev.sluice.scheduler.simulation.Setup.SECOND;
import static dev.sluice.scheduler.simulation.Setup.limits;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.scheduler.simulation.Desk;
import dev.sluice.scheduler.simulation.Setup;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Requests that may use different accounts, in one lane. */
class EligibilityTest {
  private static WorkRequest bound(String flow, long tokens, String... providers) {
    return new WorkRequest(flow, 0, new TokenCost(tokens, 0), 0, 0, Long.MAX_VALUE, Set.of(providers));
  }

  private static Desk slowAndFast() {
    return new Desk(Setup.of(Policy.STRICT)
        .withProvider("slow", limits(100, 999))
        .withProvider("fast", limits(10_000, 999)));
  }

  /** The flow bound to the slow provider falls far behind the lane; whoever joins it there still shares that provider evenly. */
  @Test
  void aFlowThatFellBehindDoesNotShutOthersOut() {
    Desk desk = slowAndFast();
    Map<String, Long> served = new HashMap<>();
    for (int i = 0; i < 3_000; i++) {
      desk.submit("free", bound("free", 1_500, "fast"));
      desk.submit("bound", bound("bound", 20, "slow"));
      if (i >= 1_500) {
        desk.submit("joiner", bound("joiner", 20, "slow"));
        desk.log.forEach(line -> served.merge(line, 1L, Long::sum));
      }
      desk.log.clear();
      desk.advanceNanos(100 * MILLI);
    }
    assertThat(served.get("joiner>slow")).isBetween(served.get("bound>slow") * 9 / 10, served.get("bound>slow") * 11 / 10);
    assertThat(served.get("bound>slow") + served.get("joiner>slow")).isBetween(740L, 760L);
  }

  /** While a large request waits for one provider, small ones go on using the other, and it still runs in its turn. */
  @Test
  void aClaimHoldsAnAccountAndNoOther() {
    Desk desk = slowAndFast();
    desk.submit("drain", bound("x", 100, "slow"));
    desk.submit("large", bound("large", 100, "slow"));
    int fast = 0;
    for (int i = 0; i < 10; i++) {
      desk.submit("small", bound("s" + i, 10));
      fast += desk.log.contains("small>fast") ? 1 : 0;
      desk.log.clear();
      desk.advanceNanos(100 * MILLI - (i == 9 ? 1 : 0));
      assertThat(desk.log).doesNotContain("small>slow");
    }
    assertThat(fast).isEqualTo(10);
    desk.advanceNanos(1);
    assertThat(desk.log).containsExactly("large>slow");
  }

  @Test
  void aFlowStaysInOrderAlsoWhenItsSecondCouldGoElsewhere() {
    Desk desk = slowAndFast();
    desk.submit("drain", bound("x", 100, "slow"));
    desk.submit("one", bound("f", 50, "slow"));
    desk.submit("two", bound("f", 50, "fast"));
    assertThat(desk.log).containsExactly("drain>slow");
    desk.advanceNanos(SECOND / 2);
    assertThat(desk.log).containsExactly("drain>slow", "one>slow", "two>fast");
  }

  @Test
  void takesTheFirstConfiguredAccountThatFits() {
    Desk desk = slowAndFast();
    desk.submit("a", bound("f", 60));
    desk.submit("b", bound("f", 60));
    desk.submit("c", bound("f", 40));
    assertThat(desk.log).containsExactly("a>slow", "b>fast", "c>slow");
  }
}
