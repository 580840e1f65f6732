// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.config;

import static dev.sluice.routing.config.Kinds.decimal;
import static dev.sluice.routing.config.Kinds.list;
import static dev.sluice.routing.config.Kinds.percent;

import dev.sluice.routing.config.Key;
import dev.sluice.routing.config.Problems;
import dev.sluice.routing.config.Section;
import dev.sluice.routing.config.Values;
import dev.sluice.routing.hybrid.SpillTerms;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/** The declaration of the keys that say when requests leave their own providers, and what they come to. Immutable. */
final class HybridKeys {
  private static final BigDecimal MOST_VALUE = new BigDecimal("0.01");

  static final Key<Optional<Integer>> LOAD_THRESHOLD =
      Key.of("load_threshold", MoreKinds.percentOrOff(1, 100), "90%", "Load of the local providers from which on requests may go to the marketplace whatever it costs.")
          .atStart();
  static final Key<Integer> RETURN_THRESHOLD =
      Key.of("return_threshold", percent(0, 100), "70%", "Load below which they stay again; at most `load_threshold`.").atStart();
  static final Key<List<BigDecimal>> VALUE_PER_SECOND =
      Key.optional(
              "value_per_second",
              list(decimal("0", "1000000"), ConfigKeys.MAX_LEVELS),
              "0.01, half of it with each further level",
              "What a second of waiting of one request is worth, in the currency of `prices`, for each level; a request may leave when waiting is dearer than the marketplace.")
          .atStart();
  static final Key<Integer> RETURN_PERCENT =
      Key.of("return_percent", percent(1, 100), "50%", "Part of the price difference below which waiting must fall before requests of the level stay again.").atStart();

  static final Section SECTION =
      Section.single(
          "hybrid",
          "When requests for models that both local providers and the marketplace serve may go to the marketplace. Local providers come first in any case.",
          List.of(LOAD_THRESHOLD, RETURN_THRESHOLD, VALUE_PER_SECOND, RETURN_PERCENT),
          List.of());

  private HybridKeys() {}

  static void check(Values hybrid, int levels, Problems problems) {
    if (hybrid.sound(LOAD_THRESHOLD, RETURN_THRESHOLD)) {
      Optional<Integer> threshold = hybrid.get(LOAD_THRESHOLD);
      if (threshold.filter(percent -> hybrid.get(RETURN_THRESHOLD) > percent).isPresent()) {
        hybrid.refuse(RETURN_THRESHOLD, "at most load_threshold, which is " + hybrid.shown(LOAD_THRESHOLD), problems);
      }
    }
    if (hybrid.find(VALUE_PER_SECOND).filter(values -> values.size() != levels).isPresent()) {
      hybrid.refuse(VALUE_PER_SECOND, levels + " values, one for each level", problems);
    }
  }

  static SpillTerms bind(Values hybrid, int levels) {
    List<BigDecimal> halving = new ArrayList<>();
    for (BigDecimal value = MOST_VALUE; halving.size() < levels; value = value.divide(BigDecimal.TWO)) {
      halving.add(value);
    }
    Optional<Integer> threshold = hybrid.get(LOAD_THRESHOLD);
    return new SpillTerms(
        threshold.map(percent -> OptionalDouble.of(percent / 100.0)).orElseGet(OptionalDouble::empty),
        hybrid.get(RETURN_THRESHOLD) / 100.0,
        hybrid.find(VALUE_PER_SECOND).orElse(halving),
        hybrid.get(RETURN_PERCENT));
  }
}
