// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.overload;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.t.Figure;
import dev.sluice.t.stack.GatewayChoice;
import dev.sluice.t.stack.Stack;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** One and a half times the capacity for twenty seconds. */
class OverloadIT {
  @Test
  void overload() {
    try (Stack stack = Stack.start(OverloadPlan.stack().withRunnerApart(), GatewayChoice.fromProperties(), Path.of("target", "e2e"))) {
      OverloadRun run = OverloadRun.on(stack, new OverloadPlan(Duration.ofSeconds(20), 7), System.out::println);
      System.out.print(run.table());

      List<Figure> figures = run.figures(stack);
      figures.forEach(Figure::print);
      assertThat(figures).as(run.table()).filteredOn(figure -> figure.bound().startsWith("= ")).allMatch(Figure::holds);
      assertThat(run.usedShare()).as(run.table()).isBetween(0.80, 1.10);
      assertThat(figures).as(run.table()).allMatch(Figure::bearable);
    }
  }
}
