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

/** One and a half times the capacity. */
class OverloadIT {
  /** {@code -Doverload.seconds=20} is what is promised, a part of it what every build takes the time for. */
  private static final Duration DURATION = Duration.ofSeconds(Long.getLong("overload.seconds", 12));

  @Test
  void overload() {
    try (Stack stack = Stack.start(OverloadPlan.stack().withRunnerApart(), GatewayChoice.fromProperties(), Path.of("target", "e2e"))) {
      OverloadRun run = OverloadRun.on(stack, new OverloadPlan(DURATION, 7), System.out::println);
      System.out.print(run.table());

      List<Figure> figures = run.figures(stack);
      figures.forEach(Figure::print);
      assertThat(figures).as(run.table()).filteredOn(figure -> figure.bound().startsWith("= ")).allMatch(Figure::holds);
      assertThat(run.usedShare()).as(run.table()).isBetween(0.80, 1.10);
      assertThat(figures).as(run.table()).allMatch(Figure::bearable);
    }
  }
}
