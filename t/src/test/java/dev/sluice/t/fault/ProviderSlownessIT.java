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

/** The preferred provider of three goes on answering, at a tenth of its pace; only a quiet machine tells that from its own slowness. */
@Tag("bench")
class ProviderSlownessIT {
  @Test
  void othersTakeOver() {
    try (Stack stack = Stack.start(FaultRun.stack(), GatewayChoice.fromProperties(), Path.of("target", "e2e"))) {
      List<Figure> figures = FaultRun.play(stack, List.of(ProviderFault.SLOWS), "ProviderSlownessIT");
      assertThat(figures).filteredOn(figure -> figure.bound().startsWith("= ")).allMatch(Figure::holds);
      assertThat(figures).allMatch(Figure::bearable);
    }
  }
}
