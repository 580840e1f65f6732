// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.fault;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.t.Figure;
import dev.sluice.t.stack.GatewayChoice;
import dev.sluice.t.stack.Stack;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The preferred provider of three answers as it should not, under load. */
class ProviderFaultsIT {
  private static final String SOURCE = "ProviderFaultsIT";

  @Test
  void othersTakeOver() {
    play(List.of(ProviderFault.THROTTLES, ProviderFault.FAILS), SOURCE);
  }

  /** Only a quiet machine tells a tenth of a provider's pace from its own slowness. */
  @Test
  @Tag("bench")
  void othersTakeOverFromOneThatSlows() {
    play(List.of(ProviderFault.SLOWS), SOURCE);
  }

  static void play(List<ProviderFault> faults, String source) {
    try (Stack stack = Stack.start(FaultRun.stack(), GatewayChoice.fromProperties(), Path.of("target", "e2e"))) {
      List<Figure> figures = FaultRun.play(stack, faults, source);
      assertThat(figures).filteredOn(figure -> figure.bound().startsWith("= ")).allMatch(Figure::holds);
      assertThat(figures).allMatch(Figure::bearable);
    }
  }
}
