// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.fault;

import dev.sluice.t.Figure;
import dev.sluice.t.load.ClassReport;
import dev.sluice.t.load.LoadGenerator;
import dev.sluice.t.load.LoadPlan;
import dev.sluice.t.load.LoadPlan.RequestShape;
import dev.sluice.t.load.LoadReport;
import dev.sluice.t.overload.MixedLoad;
import dev.sluice.t.stack.Http;
import dev.sluice.t.stack.SimulatorView;
import dev.sluice.t.stack.Stack;
import dev.sluice.t.stack.StackPlan;
import dev.sluice.t.stack.StackPlan.ProviderPlan;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Three providers under one and a half times the load that two of them bear, of which the first, the preferred one, fails a few seconds
 * after the start.
 *
 * <p>Goodput is the tokens of whole answers that the healthy two give in the window that begins five seconds after the fault, over what
 * their configured rates allow in it. Requests at providers are counted by the simulators. Lane 0 asks for less than the healthy
 * capacity, so that whoever refuses it, or has it wait while lower lanes are served, violates its precedence.
 *
 * @param report what the callers saw
 * @param goodTokens of the healthy providers in the window
 * @param allowedTokens what the healthy capacity allows in it
 * @param atProviders requests at each simulator, by name; none for one that is gone
 * @param admitted requests that left Sluice for a provider
 * @param toFaulty requests at the failing provider from the beginning of the window on
 */
record FaultRun(
    ProviderFault fault,
    LoadReport report,
    long goodTokens,
    long allowedTokens,
    Map<String, Long> atProviders,
    long admitted,
    long toFaulty) {
  private static final String FAULTY = "local-a";
  private static final List<String> HEALTHY = List.of("local-b", "local-c");
  private static final long TOKENS_PER_SECOND = 600;
  private static final int MAX_CONCURRENT = 24;
  private static final double LOAD = 1.5;
  private static final int PROMPT_BYTES = 240;
  private static final int PROMPT_TOKENS = PROMPT_BYTES / 4;
  private static final int OUTPUT_TOKENS = 40;
  private static final Duration FAULT_AFTER = Duration.ofSeconds(3);
  private static final Duration TAKE_OVER = Duration.ofSeconds(5);

  /** {@code -Dfault.window=10} is what is promised, a part of it what every build takes the time for. */
  private static final Duration WINDOW = Duration.ofSeconds(Integer.getInteger("fault.window", 2));

  /** {@code -Dfault.warm.up=8} likewise. */
  private static final Duration WARM_UP = Duration.ofSeconds(Integer.getInteger("fault.warm.up", 5));

  /** Far more than an answer takes, even of a provider at a tenth of its speed. */
  private static final Duration ANSWER_TIME = Duration.ofSeconds(20);

  private static final Duration PATIENCE = Duration.ofSeconds(40);
  private static final MixedLoad LOADS =
      new MixedLoad(RequestShape.chat(StackPlan.MODEL, 0.5, PROMPT_BYTES, OUTPUT_TOKENS + 10, OUTPUT_TOKENS), ANSWER_TIME);

  /** Providers that could do twice what Sluice is told, so that Sluice is what limits them. */
  static StackPlan stack() {
    List<ProviderPlan> providers = new ArrayList<>();
    for (String name : List.of(FAULTY, HEALTHY.get(0), HEALTHY.get(1))) {
      List<String> simulator =
          List.of("--tokens-per-sec", Long.toString(2 * TOKENS_PER_SECOND), "--max-batch", Integer.toString(2 * MAX_CONCURRENT), "--step-base-ms", "8");
      providers.add(new ProviderPlan(name, TOKENS_PER_SECOND, MAX_CONCURRENT, 32_768, StackPlan.MODEL, simulator));
    }
    // Recovery between two faults is awaited, so it had better be short; while a fault lasts nothing of this matters.
    return StackPlan.of(providers, MixedLoad.accounts()).with("provider.health.max_open", "5s").with("provider.health.slow_start", "2s");
  }

  private static LoadPlan load(Stack stack, double load, Duration length, long seed) {
    return LOADS.plan(stack, load * HEALTHY.size() * TOKENS_PER_SECOND / (PROMPT_TOKENS + OUTPUT_TOKENS), length, seed);
  }

  /** Lets everybody's virtual machines and the usual times of answers settle. */
  private static void warmUp(Stack stack) {
    LoadGenerator.run(load(stack, 0.6, WARM_UP, 3));
    idle(stack);
  }

  private static void idle(Stack stack) {
    Http.await(PATIENCE, () -> stack.pool().idle(), () -> "still busy: " + stack.pool());
  }

  /** Waits, with a little load, until nothing is held against anybody. */
  private static void recover(Stack stack) {
    for (int i = 0; i < 20 && !healthy(stack); i++) {
      LoadGenerator.run(load(stack, 0.4, Duration.ofSeconds(2), 4 + i));
    }
    idle(stack);
  }

  private static boolean healthy(Stack stack) {
    return !Http.get(stack.admin().resolve("/v1/providers")).body().matches("(?s).*\"health\":\"(unhealthy|trial|recovering|throttled)\".*");
  }

  /** Plays one fault. */
  private static FaultRun of(Stack stack, ProviderFault fault, long seed) {
    SimulatorView faultyOne = new SimulatorView(stack.simulator(FAULTY));
    List<SimulatorView> healthyOnes = HEALTHY.stream().map(name -> new SimulatorView(stack.simulator(name))).toList();
    faultyOne.reset();
    healthyOnes.forEach(SimulatorView::reset);
    long admittedBefore = admitted(stack);
    long[] good = new long[2];
    long[] faulty = new long[1];
    LoadReport report;
    try (ScheduledExecutorService timer = Executors.newScheduledThreadPool(2)) {
      long fromMillis = FAULT_AFTER.plus(TAKE_OVER).toMillis();
      timer.schedule(() -> fault.begin(stack, FAULTY), FAULT_AFTER.toMillis(), TimeUnit.MILLISECONDS);
      timer.schedule(
          () -> {
            good[0] = goodTokens(healthyOnes);
            faulty[0] = fault == ProviderFault.DIES ? 0 : faultyOne.requests().size();
          },
          fromMillis,
          TimeUnit.MILLISECONDS);
      timer.schedule(() -> good[1] = goodTokens(healthyOnes), fromMillis + WINDOW.toMillis(), TimeUnit.MILLISECONDS);
      report = LoadGenerator.run(load(stack, LOAD, FAULT_AFTER.plus(TAKE_OVER).plus(WINDOW).plusSeconds(1), seed));
    }
    Map<String, Long> atProviders = new TreeMap<>();
    for (int i = 0; i < HEALTHY.size(); i++) {
      atProviders.put(HEALTHY.get(i), (long) healthyOnes.get(i).requests().size());
    }
    long toFaulty = 0;
    if (fault != ProviderFault.DIES) {
      atProviders.put(FAULTY, (long) faultyOne.requests().size());
      toFaulty = faultyOne.requests().size() - faulty[0];
    }
    fault.end(stack, FAULTY);
    long admitted = admitted(stack) - admittedBefore;
    long allowed = HEALTHY.size() * TOKENS_PER_SECOND * WINDOW.toSeconds();
    return new FaultRun(fault, report, good[1] - good[0], allowed, atProviders, admitted, toFaulty);
  }

  private static long goodTokens(List<SimulatorView> healthy) {
    return healthy.stream().mapToLong(view -> view.figure("reportedTokens")).sum();
  }

  private static long admitted(Stack stack) {
    return stack.pool().requests().getOrDefault("admitted", 0L);
  }

  /** Has the preferred provider fail in one way after the other, and tells what must hold of it all, printed. */
  static List<Figure> play(Stack stack, List<ProviderFault> faults, String source) {
    warmUp(stack);
    List<Figure> figures = new ArrayList<>();
    for (ProviderFault fault : faults) {
      if (fault != faults.getFirst()) {
        recover(stack);
      }
      FaultRun run = of(stack, fault, 11 + figures.size());
      System.out.print(run.table());
      run.figures(source).forEach(figure -> figures.add(figure.print()));
    }
    return figures;
  }

  /** What must hold of it. */
  private List<Figure> figures(String source) {
    String name = "provider " + fault.words() + ": ";
    ClassReport first = report.of(MixedLoad.account(0));
    List<Figure> figures = new ArrayList<>();
    figures.add(Figure.atLeast(name + "goodput of the healthy capacity, from 5 s on", goodTokens / (double) allowedTokens, 0.95, "", source));
    figures.add(Figure.exactly(name + "lane 0 requests refused", refused(first), 0, source));
    figures.add(Figure.atMost(name + "lane 0 wait p99", (double) first.waitMillis(99), 1000, "ms", source));
    long atProvidersInAll = atProviders.values().stream().mapToLong(Long::longValue).sum();
    figures.add(Figure.atMost(name + "requests at providers for each admitted", atProvidersInAll / (double) Math.max(1, admitted), 1, "", source));
    if (fault != ProviderFault.DIES) {
      figures.add(Figure.atMost(name + "requests that still try it, of those sent", toFaulty / (double) Math.max(1, admitted), 0.05, "", source));
    }
    return figures;
  }

  private static long refused(ClassReport level) {
    // A provider's own 429 or 5xx carries no reason of ours.
    return level.outcomes().entrySet().stream().filter(entry -> entry.getKey().matches("(429|503) .+")).mapToLong(Map.Entry::getValue).sum();
  }

  /** What became of every class, for people. */
  private String table() {
    StringBuilder text = new StringBuilder();
    text.append(fault.words()).append(": tokens ").append(goodTokens).append(" of ").append(allowedTokens);
    text.append(", at providers ").append(atProviders).append(", admitted ").append(admitted).append('\n');
    for (int level : MixedLoad.LEVELS) {
      ClassReport seen = report.of(MixedLoad.account(level));
      text.append("  P%d sent %d wait p50 %d ms p99 %d ms %s%n".formatted(level, seen.sent(), seen.waitMillis(50), seen.waitMillis(99), seen.outcomes()));
    }
    return text.toString();
  }
}
