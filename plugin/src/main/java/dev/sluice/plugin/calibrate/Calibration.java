// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.calibrate;

import dev.sluice.plugin.calibrate.ClosedLoop.Budget;
import dev.sluice.routing.config.Secret;
import dev.sluice.scheduler.Ticker;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * Measures an endpoint under each profile within its bounds. Used once, by one thread.
 *
 * <p>The number of requests at a time is found by a {@link Ramp}; a quarter more of them is then measured again until the 95 % confidence
 * interval is within 2 % of the mean or three more runs are through.
 */
public final class Calibration {
  private static final double SURE = 0.02;
  private static final int MORE_RUNS = 3;
  private static final double TROUBLED = 0.02;
  private static final double HEADROOM = 1.25;

  private final Plan plan;
  private final Ticker ticker;
  private final Consumer<String> progress;

  /**
   * What to measure, and the bounds. Immutable.
   *
   * @param maxRequests of all profiles together
   * @param maxTime of all profiles together
   * @param step how long each number of requests at a time is measured, warming up and cooling down aside
   * @param maxFirstToken the ramp goes no further when more than a tenth of the streams wait longer for their first token
   */
  public record Plan(
      List<Profile> profiles, Answers answers, int maxConcurrency, int maxRequests, Duration maxTime, Duration step, Duration maxFirstToken) {
    public Plan {
      profiles = List.copyOf(profiles);
    }
  }

  /**
   * What came of it. Immutable.
   *
   * @param contextTokens of the model, if the endpoint tells
   * @param measured one for each profile that could be measured, in the plan's order
   * @param unmeasured what to say about the others
   */
  public record Outcome(String model, OptionalLong contextTokens, List<Measured> measured, List<String> unmeasured) {
    public Outcome {
      measured = List.copyOf(measured);
      unmeasured = List.copyOf(unmeasured);
    }
  }

  /** A calibration that tells {@code progress} a line for each step. */
  public Calibration(Plan plan, Ticker ticker, Consumer<String> progress) {
    this.plan = plan;
    this.ticker = ticker;
    this.progress = progress;
  }

  /** The address that will be asked; see {@link Discovery#chat}. */
  public static URI address(String url) {
    return Discovery.chat(url);
  }

  /**
   * Measures; blocks until it is done.
   *
   * @param chat what {@link #address} gave
   * @param model empty for the only one that the endpoint lists
   * @throws IOException if the endpoint can't be measured at all; the message says why and what to do
   */
  public Outcome run(URI chat, Optional<String> model, Optional<Secret> key) throws IOException, InterruptedException {
    long endNanos = ticker.read() + plan.maxTime().toNanos();
    Discovery.Found found = Discovery.find(chat, model, key, plan.maxTime(), plan.answers(), ticker);
    int requests = plan.maxRequests();
    List<Measured> measured = new ArrayList<>();
    List<String> unmeasured = new ArrayList<>();
    int left = plan.profiles().size();
    for (Profile profile : plan.profiles()) {
      int share = requests / left;
      long now = ticker.read();
      Budget budget = new Budget(new AtomicInteger(share), now + Math.max(0, endNanos - now) / left);
      Profile fitting = found.contextTokens().isPresent() ? profile.within(found.contextTokens().getAsLong()) : profile;
      measure(found.endpoint(), fitting, budget, measured, unmeasured);
      requests += budget.requests().get() - share;
      left--;
    }
    return new Outcome(found.endpoint().target().model(), found.contextTokens(), measured, unmeasured);
  }

  private void measure(Endpoint endpoint, Profile profile, Budget budget, List<Measured> measured, List<String> unmeasured)
      throws InterruptedException {
    ClosedLoop loop = new ClosedLoop(endpoint, plan.answers(), budget, ticker);
    Ramp ramp = new Ramp(plan.maxConcurrency());
    Map<Integer, Step> steps = new HashMap<>();
    String ended = "tokens/s hardly grew any further";
    boolean whole = true;
    for (OptionalInt next = ramp.next(); next.isPresent(); next = ramp.next()) {
      ClosedLoop.Result result = loop.run(profile, next.getAsInt(), plan.step().toNanos());
      if (result.step().isEmpty()) {
        whole = false;
        ended = budget.spent(ticker.read()) ? "the bounds on time and requests were reached" : result.failure().orElse("answers took too long");
        break;
      }
      Step step = result.step().get();
      steps.put(step.concurrency(), step);
      progress.accept(line(profile, step));
      Optional<String> bad = unacceptable(step, result.failure());
      ended = bad.orElse(ended);
      ramp.measured(step.concurrency(), step.tokensPerSecond().mean(), bad.isEmpty());
    }
    OptionalInt best = ramp.best();
    Step knee = best.isPresent() ? steps.get(best.getAsInt()) : null;
    if (knee == null) {
      unmeasured.add(profile.name() + ": not measured, " + ended);
      return;
    }
    Step found = withHeadroom(loop, profile, knee);
    boolean atMost = found.concurrency() == plan.maxConcurrency();
    measured.add(new Measured(profile, again(loop, profile, found), atMost ? "--max-concurrency was reached" : ended, whole));
  }

  /** A few requests more than at the knee, if that is acceptable, so that a place that falls free is never idle until the next comes. */
  private Step withHeadroom(ClosedLoop loop, Profile profile, Step knee) throws InterruptedException {
    int more = (int) Math.min(plan.maxConcurrency(), Math.ceil(HEADROOM * knee.concurrency()));
    if (more == knee.concurrency()) {
      return knee;
    }
    ClosedLoop.Result result = loop.run(profile, more, plan.step().toNanos());
    result.step().ifPresent(step -> progress.accept(line(profile, step)));
    return result.step().filter(step -> unacceptable(step, result.failure()).isEmpty()).orElse(knee);
  }

  private Step again(ClosedLoop loop, Profile profile, Step found) throws InterruptedException {
    Step sum = found;
    for (int run = 0; run < MORE_RUNS && (run == 0 || sum.tokensPerSecond().relative() > SURE); run++) {
      Optional<Step> more = loop.run(profile, found.concurrency(), plan.step().toNanos()).step();
      if (more.isEmpty()) {
        break;
      }
      sum = sum.with(more.get());
      progress.accept(line(profile, sum) + ", again");
    }
    return sum;
  }

  private Optional<String> unacceptable(Step step, Optional<String> failure) {
    double most = plan.maxFirstToken().toMillis() / 1e3;
    if (step.troubled() > TROUBLED) {
      return Optional.of(
          String.format(Locale.ROOT, "at %d requests at a time %.0f %% were refused: %s", step.concurrency(), 100 * step.troubled(), failure.orElse("unknown")));
    }
    return step.firstTokenP90Seconds() > most
        ? Optional.of(String.format(Locale.ROOT, "at %d requests at a time the first token took %.1f s (p90)", step.concurrency(), step.firstTokenP90Seconds()))
        : Optional.empty();
  }

  private static String line(Profile profile, Step step) {
    Estimate tokens = step.tokensPerSecond();
    return String.format(
        Locale.ROOT, "%s, %d at a time: %.0f tokens/s +-%.0f, %.1f requests/s, first token p90 %.2f s", profile.name(), step.concurrency(), tokens.mean(),
        tokens.halfWidth(), step.requestsPerSecond(), step.firstTokenP90Seconds());
  }
}
