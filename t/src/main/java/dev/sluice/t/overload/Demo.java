// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.overload;

import dev.sluice.t.Figure;
import dev.sluice.t.stack.GatewayChoice;
import dev.sluice.t.stack.Stack;
import dev.sluice.t.stack.StackPlan;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** The program behind {@code apisix/demo.sh}: {@code [--once] [--apisix URL CONFIG SOCKET]}. */
public final class Demo {
  private static final Duration DURATION = Duration.ofSeconds(20);
  private static final String USAGE = "usage: demo.sh [--once] [--apisix URL CONFIG SOCKET]";

  private Demo() {}

  /** Exits 0 if everything held, 1 if not, 2 for wrong arguments. */
  public static void main(String[] args) throws InterruptedException {
    List<String> words = new ArrayList<>(Arrays.asList(args));
    boolean once = words.remove("--once");
    GatewayChoice choice;
    if (words.isEmpty()) {
      choice = new GatewayChoice.Embedded();
    } else if (words.size() == 4 && words.getFirst().equals("--apisix")) {
      choice = new GatewayChoice.External(URI.create(words.get(1)), Path.of(words.get(2)), Path.of(words.get(3)));
    } else {
      System.err.println(USAGE);
      System.exit(2);
      return;
    }
    System.out.println("starting two provider simulators, the runner and the gateway ...");
    Stack stack = Stack.start(OverloadPlan.stack(), choice, Path.of(System.getProperty("java.io.tmpdir")));
    Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(stack::close));
    boolean held = run(stack);
    if (!once) {
      stay(stack);
    }
    System.exit(held ? 0 : 1);
  }

  private static boolean run(Stack stack) {
    OverloadPlan plan = new OverloadPlan(DURATION, 20_260_101L);
    System.out.printf(
        "sending %.1f times the capacity of %d tokens/s for %d s: P0 20 %%, P2 40 %%, P4 40 %% of the tokens, half of it streams%n",
        OverloadPlan.LOAD, OverloadPlan.capacity(), DURATION.toSeconds());
    OverloadRun run = OverloadRun.on(stack, plan, System.out::println);
    System.out.println();
    System.out.print(run.table());
    System.out.println();
    List<Figure> figures = run.figures(stack);
    figures.forEach(figure -> System.out.printf("%-55s %12s   %-12s %s%n", figure.name(), figure.measured(), figure.bound(), figure.holds() ? "pass" : "SHORT"));
    return figures.stream().allMatch(Figure::holds);
  }

  private static void stay(Stack stack) throws InterruptedException {
    System.out.println();
    System.out.println("everything stays up; try");
    System.out.println();
    System.out.println(
        "  curl -i " + stack.gateway().resolve("/v1/chat/completions") + " -H 'Authorization: Bearer " + stack.key("p0") + "' \\\n"
            + "    -H 'Content-Type: application/json' -d '{\"model\": \"" + StackPlan.MODEL
            + "\", \"max_tokens\": 20, \"messages\": [{\"role\": \"user\", \"content\": \"hello\"}]}'");
    System.out.println();
    System.out.println("  curl " + stack.admin().resolve("/v1/pools") + "      # lanes, ledger, leases");
    System.out.println("  curl " + stack.admin().resolve("/metrics"));
    System.out.println();
    System.out.println("files and logs: " + stack.folder() + "   (Ctrl-C ends everything)");
    new CountDownLatch(1).await();
  }
}
