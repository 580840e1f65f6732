// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.config;

import static dev.sluice.routing.config.Kinds.choice;
import static dev.sluice.routing.config.Kinds.decimal;

import dev.sluice.routing.config.Key;
import dev.sluice.routing.config.Section;
import dev.sluice.routing.config.Values;
import java.math.BigDecimal;
import java.util.List;

/** The keys of {@code provider.choice}. Immutable. */
final class ChoiceKeys {
  /** What decides between providers that have room. */
  enum By {
    ORDER,
    SCORE
  }

  static final Key<By> BY =
      Key.of("by", choice(By.class), "order", "What decides between providers that have room: the order of preference, or the lowest score.");
  static final Key<BigDecimal> VALUE_OF_TIME =
      Key.of(
          "value_of_time",
          decimal("0", "1000000"),
          "0",
          "What a second until the first token is worth, in the currency of `prices`: it is added to the price of a request's estimated tokens.");

  static final Section SECTION = Section.single("choice", "Which of several providers with room a request gets.", List.of(BY, VALUE_OF_TIME), List.of());

  private ChoiceKeys() {}

  static SluiceConfig.ChoiceSettings bind(Values values) {
    return new SluiceConfig.ChoiceSettings(values.get(BY) == By.SCORE, values.get(VALUE_OF_TIME).doubleValue());
  }
}
