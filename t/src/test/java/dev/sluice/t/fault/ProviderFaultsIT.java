// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.fault;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.t.Figure;
import dev.sluice.t.stack.GatewayChoice;
import dev.sluice.t.stack.Stack;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The preferred provider of three fails under load, in one way after the other. */
class ProviderFaultsIT {
  @Test
  void othersTakeOver() {
    try (Stack stack = Stack.start(FaultRun.stack(), GatewayChoice.fromProperties(), Path.of("target", "e2e"))) {
      FaultRun.warmUp(stack);
      List<Figure> figures = new ArrayList<>();
      StringBuilder tables = new StringBuilder();
      for (ProviderFault fault : ProviderFault.values()) {
        FaultRun run = FaultRun.of(stack, fault, 11 + fault.ordinal());
        System.out.print(run.table());
        tables.append(run.table());
        run.figures().forEach(figure -> figures.add(figure.print()));
        if (fault != ProviderFault.DIES) {
          FaultRun.recover(stack);
        }
      }
      assertThat(figures).as(tables.toString()).filteredOn(figure -> figure.bound().startsWith("= ")).allMatch(Figure::holds);
      assertThat(figures).as(tables.toString()).allMatch(Figure::bearable);
    }
  }
}
