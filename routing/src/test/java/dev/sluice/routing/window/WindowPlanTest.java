// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.window;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.routing.Traits;
import dev.sluice.routing.provider.ModelLimits;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What windows come to, one over the other, and that nothing is left of them afterwards. */
class WindowPlanTest {
  private static final ModelLimits CONFIGURED = new ModelLimits(1000, 20, Integer.MAX_VALUE, 4096);
  private static final Instant NOON = Instant.parse("2026-11-24T12:00:00Z");

  private static final Traits BATCH =
      new Traits(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.of("batch"));

  private static TimeWindow window(String id, int fromHour, int toHour, WindowEffects effects) {
    return new TimeWindow(id, new Recurrence(ZoneId.of("UTC"), Set.of(), fromHour * 60, toHour * 60), effects);
  }

  private static WindowEffects shift(Traits match, int delta) {
    return new WindowEffects(match, OptionalInt.of(delta), Optional.empty(), List.of(), WindowEffects.Capacity.UNCHANGED);
  }

  private static WindowEffects capacity(Set<String> providers, String tokens, String requests, String concurrent) {
    var capacity = new WindowEffects.Capacity(providers, Set.of(), Amount.parse(tokens), Amount.parse(requests), Amount.parse(concurrent));
    return new WindowEffects(Traits.NONE, OptionalInt.empty(), Optional.empty(), List.of(), capacity);
  }

  private static InForce at(int hour, TimeWindow... windows) {
    return new WindowPlan(Optional.empty(), List.of(windows)).at(Instant.parse("2026-11-24T%02d:00:00Z".formatted(hour)));
  }

  @Test
  void levelsShiftWithinTheWindowAndGoBackAfterIt() {
    TimeWindow window = window("day", 9, 17, shift(Traits.NONE, -1));
    assertThat(at(8, window).level(2, Traits.NONE, 5)).isEqualTo(2);
    assertThat(at(9, window).level(2, Traits.NONE, 5)).isEqualTo(1);
    assertThat(at(17, window)).satisfies(after -> {
      assertThat(after.level(2, Traits.NONE, 5)).isEqualTo(2);
      assertThat(after.effects()).isEmpty();
    });
  }

  @Test
  void levelsStayWithinThoseThereAre() {
    assertThat(at(9, window("up", 9, 17, shift(Traits.NONE, -19))).level(2, Traits.NONE, 5)).isZero();
    assertThat(at(9, window("down", 9, 17, shift(Traits.NONE, 19))).level(2, Traits.NONE, 5)).isEqualTo(4);
  }

  @Test
  void aShiftIsForThoseItNames() {
    InForce force = at(9, window("batch", 9, 17, shift(BATCH, 2)));
    assertThat(force.level(1, BATCH, 5)).isEqualTo(3);
    assertThat(force.level(1, Traits.NONE, 5)).isEqualTo(1);
  }

  @Test
  void ofTwoWindowsTheLaterWinsFieldByField() {
    TimeWindow first = window("first", 8, 18, capacity(Set.of(), "500", "50%", ""));
    TimeWindow second = window("second", 12, 14, capacity(Set.of("local-a"), "25%", "", "7"));
    InForce noon = at(12, first, second);
    assertThat(noon.active()).containsExactly("first", "second");
    assertThat(noon.limits("local-a", "m", CONFIGURED)).isEqualTo(new ModelLimits(250, 10, 7, 4096));
    assertThat(noon.limits("local-b", "m", CONFIGURED)).isEqualTo(new ModelLimits(500, 10, Integer.MAX_VALUE, 4096));
    assertThat(at(14, first, second).limits("local-a", "m", CONFIGURED)).isEqualTo(new ModelLimits(500, 10, Integer.MAX_VALUE, 4096));
    assertThat(at(18, first, second).limits("local-a", "m", CONFIGURED)).isSameAs(CONFIGURED);
    assertThat(at(12, second, first).limits("local-a", "m", CONFIGURED)).isEqualTo(new ModelLimits(500, 10, 7, 4096));
  }

  @Test
  void partsOfALimitNeverReachZeroAndNoLimitHasParts() {
    InForce force = at(12, window("w", 8, 18, capacity(Set.of(), "1%", "1%", "50%")));
    assertThat(force.limits("a", "m", new ModelLimits(10, 10, Integer.MAX_VALUE, 1))).isEqualTo(new ModelLimits(1, 1, Integer.MAX_VALUE, 1));
    InForce more = at(12, window("w", 8, 18, capacity(Set.of(), "1000%", "1000%", "")));
    assertThat(more.limits("a", "m", new ModelLimits(Long.MAX_VALUE, Integer.MAX_VALUE - 1, 3, 1)))
        .isEqualTo(new ModelLimits(Long.MAX_VALUE, Integer.MAX_VALUE, 3, 1));
  }

  @Test
  void weightsHoldOnlyWhereThereIsOneForEachLevel() {
    var effects = new WindowEffects(Traits.NONE, OptionalInt.empty(), Optional.empty(), List.of(5, 1), WindowEffects.Capacity.UNCHANGED);
    InForce force = at(12, window("w", 8, 18, effects));
    assertThat(force.weights(2)).contains(List.of(5, 1));
    assertThat(force.weights(3)).isEmpty();
  }

  @Test
  void quotasAreMultipliedByTheLatestThatMatches() {
    var all = new WindowEffects(Traits.NONE, OptionalInt.empty(), Optional.of(new BigDecimal("2")), List.of(), WindowEffects.Capacity.UNCHANGED);
    var batch = new WindowEffects(BATCH, OptionalInt.empty(), Optional.of(new BigDecimal("0.5")), List.of(), WindowEffects.Capacity.UNCHANGED);
    InForce force = at(12, window("a", 8, 18, all), window("b", 8, 18, batch));
    assertThat(force.quotaMultiplier(BATCH)).contains(new BigDecimal("0.5"));
    assertThat(force.quotaMultiplier(Traits.NONE)).contains(new BigDecimal("2"));
    assertThat(at(7, window("a", 8, 18, all)).quotaMultiplier(BATCH)).isEmpty();
  }

  @Test
  void windowsWinOverTheManualOverrideWhichWinsOverTheConfiguration() {
    var book = new WindowBook();
    book.override(Optional.of(capacity(Set.of(), "800", "15", "")));
    book.configure(List.of(window("noon", 12, 13, capacity(Set.of(), "50%", "", ""))));
    assertThat(book.plan().at(NOON).limits("a", "m", CONFIGURED)).isEqualTo(new ModelLimits(500, 15, Integer.MAX_VALUE, 4096));
    assertThat(book.plan().at(NOON.plusSeconds(3600)).limits("a", "m", CONFIGURED)).isEqualTo(new ModelLimits(800, 15, Integer.MAX_VALUE, 4096));
    book.override(Optional.empty());
    assertThat(book.plan().at(NOON.plusSeconds(3600)).limits("a", "m", CONFIGURED)).isSameAs(CONFIGURED);
  }

  @Test
  void aWindowTakenOutWhileItIsOnLeavesNothing() {
    var book = new WindowBook();
    book.configure(List.of(window("day", 9, 17, shift(Traits.NONE, -1))));
    book.store(List.of(window("stored", 9, 17, shift(Traits.NONE, 1))));
    assertThat(book.plan().at(NOON).levelDelta(Traits.NONE)).as("stored windows come after the configuration's").isEqualTo(1);
    book.store(List.of());
    assertThat(book.plan().at(NOON).levelDelta(Traits.NONE)).isEqualTo(-1);
    assertThat(book.planWith(List.of()).at(NOON)).isEqualTo(InForce.NOTHING);
    book.configure(List.of());
    assertThat(book.plan().at(NOON)).isEqualTo(InForce.NOTHING);
  }

  @Test
  void whatIsInForceKnowsUntilWhen() {
    TimeWindow[] windows = {window("a", 9, 17, shift(Traits.NONE, 1)), window("b", 16, 20, shift(Traits.NONE, 2)), window("never", 3, 3, shift(Traits.NONE, 3))};
    assertThat(at(12, windows).until()).contains(Instant.parse("2026-11-24T16:00:00Z"));
    assertThat(at(16, windows).until()).contains(Instant.parse("2026-11-24T17:00:00Z"));
    assertThat(at(20, windows).until()).contains(Instant.parse("2026-11-25T09:00:00Z"));
    assertThat(at(12, windows[2]).until()).isEmpty();
    assertThat(WindowPlan.EMPTY.at(NOON)).isEqualTo(InForce.NOTHING);
  }

  @Test
  void amountsAreNumbersOrParts() {
    assertThat(Amount.parse("5000/s")).contains(new Amount.Absolute(5000));
    assertThat(Amount.parse("50%")).contains(new Amount.Percent(50));
    assertThat(List.of("0", "0%", "1001%", "-1", "5 %", "1e3", "", "50%%")).allSatisfy(text -> assertThat(Amount.parse(text)).as(text).isEmpty());
  }
}
