// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.overload;

import dev.sluice.t.Figure;
import dev.sluice.t.load.ClassReport;
import dev.sluice.t.load.LoadGenerator;
import dev.sluice.t.load.LoadReport;
import dev.sluice.t.overload.Watch.Sample;
import dev.sluice.t.stack.Http;
import dev.sluice.t.stack.PoolState;
import dev.sluice.t.stack.Stack;
import dev.sluice.t.stack.StackPlan.ProviderPlan;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * What an overload did, and whether it held. Immutable.
 *
 * @param report what the callers saw
 * @param usedShare tokens processed by the providers over capacity, in the busy window
 * @param window the busy window
 * @param maxInFlight by provider
 * @param after the pool when everything had ended, or after the patience for it had
 */
public record OverloadRun(LoadReport report, double usedShare, Duration window, Map<String, Integer> maxInFlight, PoolState after) {
  /**
   * The busy window begins this long after the first request had to wait: by then the work that the full bucket let in at the start is done,
   * and it is the refill that limits.
   */
  private static final Duration SETTLING = Duration.ofSeconds(3);

  /** Leases end with their events, tokens return within seconds; an expiry would take longer and is not waited for. */
  private static final Duration PATIENCE = Duration.ofSeconds(15);

  private static final String SOURCE = "OverloadIT.overload";

  /** Runs {@code plan} on a stack; {@code progress} hears five times a second how it goes. */
  public static OverloadRun on(Stack stack, OverloadPlan plan, Consumer<String> progress) {
    progress.accept("warming up below the capacity ...");
    LoadGenerator.run(plan.warmUp(stack));
    Http.await(PATIENCE, () -> stack.pool().idle(), () -> "the warm-up does not end: " + stack.pool());
    LoadReport report;
    List<Sample> samples;
    long endNanos;
    Watch watch = new Watch(stack, new Progress(plan, progress));
    try (watch) {
      endNanos = System.nanoTime() + plan.duration().toNanos();
      report = LoadGenerator.run(plan.load(stack));
    }
    samples = watch.samples();
    try {
      Http.await(PATIENCE, () -> stack.pool().idle(), () -> "still busy");
    } catch (IllegalStateException e) {
      progress.accept("the pool did not become idle within " + PATIENCE.toSeconds() + " s");
    }
    Sample last = Watch.look(stack);
    Busy busy = Busy.of(samples, endNanos);
    return new OverloadRun(report, busy.share, busy.window, last.maxInFlight(), last.pool());
  }

  /** Use in the window between the settling and the end of the arrivals. */
  private record Busy(double share, Duration window) {
    static Busy of(List<Sample> samples, long endNanos) {
      Sample first = null;
      Sample last = null;
      long settledNanos = Long.MAX_VALUE;
      for (Sample sample : samples) {
        if (settledNanos == Long.MAX_VALUE && sample.pool().waiting() > 0) {
          settledNanos = sample.nanos() + SETTLING.toNanos();
        }
        if (settledNanos != Long.MAX_VALUE && sample.nanos() - settledNanos >= 0 && sample.nanos() - endNanos <= 0) {
          first = first == null ? sample : first;
          last = sample;
        }
      }
      if (first == null || last == null || last.nanos() == first.nanos()) {
        return new Busy(0, Duration.ZERO);
      }
      double seconds = (last.nanos() - first.nanos()) / 1e9;
      return new Busy((last.usedTokens() - first.usedTokens()) / seconds / OverloadPlan.capacity(), Duration.ofNanos(last.nanos() - first.nanos()));
    }
  }

  /** What must hold of it. */
  public List<Figure> figures(Stack stack) {
    ClassReport gold = report.of(MixedLoad.account(0));
    ClassReport bronze = report.of(MixedLoad.account(4));
    List<Figure> figures = new ArrayList<>();
    figures.add(Figure.atMost("overload: P0 wait p99", (double) gold.waitMillis(99), 1000, "ms", SOURCE));
    figures.add(Figure.atLeast("overload: P0 served share", gold.succeeded() / (double) Math.max(1, gold.sent()), 0.99, "", SOURCE));
    figures.add(Figure.atLeast("overload: P4 requests that waited or were refused", (double) (bronze.queued() + refused(bronze)), 1, "", SOURCE));
    figures.add(Figure.atLeast("overload: used tokens/s of capacity", 100 * usedShare, 92, "%", SOURCE));
    figures.add(Figure.atMost("overload: used tokens/s of capacity", 100 * usedShare, 102, "%", SOURCE));
    for (ProviderPlan provider : stack.plan().providers()) {
      figures.add(
          Figure.atMost("overload: most in flight at " + provider.name(), maxInFlight.getOrDefault(provider.name(), 0), provider.maxConcurrent(), "", SOURCE));
    }
    figures.add(Figure.exactly("overload: waiters afterwards", after.waiting(), 0, SOURCE));
    figures.add(Figure.exactly("overload: leases afterwards", after.openLeases(), 0, SOURCE));
    long missing = after.providers().values().stream().mapToLong(account -> Math.max(0, account.tokensPerSecond() - account.availableTokens())).sum();
    figures.add(Figure.exactly("overload: tokens missing in the ledger afterwards", missing, 0, SOURCE));
    long unanswered = report.classes().stream().mapToLong(OverloadRun::unanswered).sum();
    figures.add(Figure.exactly("overload: requests without a whole answer", unanswered, 0, SOURCE));
    return figures;
  }

  static long refused(ClassReport level) {
    return level.outcomes().entrySet().stream().filter(entry -> entry.getKey().startsWith("429")).mapToLong(Map.Entry::getValue).sum();
  }

  private static long unanswered(ClassReport level) {
    return level.sent() - level.succeeded() - refused(level);
  }

  /** The table of the demo. */
  public String table() {
    StringBuilder text = new StringBuilder();
    text.append("%-6s %6s %9s %7s %9s %9s   %s%n".formatted("level", "sent", "admitted", "queued", "wait p50", "wait p99", "refused by reason"));
    for (int level : MixedLoad.LEVELS) {
      ClassReport seen = report.of(MixedLoad.account(level));
      StringBuilder reasons = new StringBuilder();
      seen.outcomes().forEach((outcome, count) -> {
        if (!outcome.startsWith("200")) {
          reasons.append(outcome).append(": ").append(count).append("  ");
        }
      });
      text.append(
          "P%-5d %6d %9d %7d %6d ms %6d ms   %s%n"
              .formatted(level, seen.sent(), seen.succeeded(), seen.queued(), seen.waitMillis(50), seen.waitMillis(99), reasons));
    }
    text.append("tokens/s used: %.0f of %d (%.1f %%) over %.1f s%n".formatted(
        usedShare * OverloadPlan.capacity(), OverloadPlan.capacity(), 100 * usedShare, window.toMillis() / 1000.0));
    text.append("most in flight: %s%n".formatted(maxInFlight));
    text.append("at the end: %d waiting, %d leases open%n".formatted(after.waiting(), after.openLeases()));
    return text.toString();
  }

  /** One line a second of how it goes. */
  private static final class Progress implements Consumer<Sample> {
    private final OverloadPlan plan;
    private final Consumer<String> out;
    private long startNanos;
    private long shownSecond = -1;
    private long shownTokens;
    private long refusedBefore;

    Progress(OverloadPlan plan, Consumer<String> out) {
      this.plan = plan;
      this.out = out;
    }

    @Override
    public void accept(Sample sample) {
      if (shownSecond < 0) {
        startNanos = sample.nanos();
        shownTokens = sample.usedTokens();
        refusedBefore = refused(sample);
      }
      long second = (sample.nanos() - startNanos) / 1_000_000_000L;
      if (second > shownSecond) {
        shownSecond = second;
        long inFlight = sample.pool().providers().values().stream().mapToLong(PoolState.ProviderState::inFlight).sum();
        out.accept(
            "%3d s of %d   waiting %4d   in flight %3d   tokens/s %6d of %d   refused %d"
                .formatted(
                    second, plan.duration().toSeconds(), sample.pool().waiting(), inFlight, sample.usedTokens() - shownTokens, OverloadPlan.capacity(),
                    refused(sample) - refusedBefore));
        shownTokens = sample.usedTokens();
      }
    }

    private static long refused(Sample sample) {
      return sample.pool().requests().getOrDefault("rejected", 0L) + sample.pool().requests().getOrDefault("evicted", 0L);
    }
  }
}
