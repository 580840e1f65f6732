// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.price;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.util.List;
import org.junit.jupiter.api.Test;

class PriceTableTest {
  private static Price price(String input, String cached, String output) {
    return new Price(new BigDecimal(input), new BigDecimal(cached), new BigDecimal(output));
  }

  @Test
  void costsAreExactAndRoundedUpOnlyWhereQuotasCountThem() {
    BigDecimal cost = price("0.15", "0.075", "0.6").cost(1_000, 400, 50);
    assertThat(cost).isEqualByComparingTo("0.00015");
    assertThat(Price.micros(cost)).isEqualTo(150);
    assertThat(Price.micros(price("0.15", "0", "0").cost(1, 0, 0))).isEqualTo(1);
  }

  @Test
  void theMostExactLineCounts() {
    PriceTable table =
        PriceTable.of(
            "EUR",
            List.of(
                new PriceTable.Entry("*", "*", price("1", "1", "1")),
                new PriceTable.Entry("a", "*", price("2", "2", "2")),
                new PriceTable.Entry("*", "m", price("3", "3", "3")),
                new PriceTable.Entry("a", "m", price("4", "4", "4"))));
    assertThat(table.price("a", "m").input()).isEqualTo("4");
    assertThat(table.price("b", "m").input()).isEqualTo("3");
    assertThat(table.price("a", "n").input()).isEqualTo("2");
    assertThat(table.price("b", "n").input()).isEqualTo("1");
    assertThat(table.highest(List.of("a", "b"), "m", 1_000_000, 0)).isEqualByComparingTo("4");
    assertThat(PriceTable.NONE.price("a", "m")).isEqualTo(Price.FREE);
  }

  @Test
  void pricesThatMakeNoSenseAreRefused() {
    assertThatThrownBy(() -> price("-1", "0", "0")).hasMessage("input: -1 (expected: 0..1000000)");
    assertThatThrownBy(() -> PriceTable.of("EUR", List.of(new PriceTable.Entry("a", "m", Price.FREE), new PriceTable.Entry("a", "m", Price.FREE))))
        .hasMessage("price: m at a twice (expected: once)");
  }
}
