// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.command;

import dev.sluice.plugin.bench.BenchPlan;
import dev.sluice.plugin.bench.BenchPlan.Entrant;
import dev.sluice.plugin.bench.baseline.Baselines;
import dev.sluice.plugin.bench.replay.Contender;
import dev.sluice.plugin.bench.replay.ExpectedOutput;
import dev.sluice.plugin.bench.replay.LaneGoal;
import dev.sluice.plugin.bench.replay.LearnedOutput;
import dev.sluice.plugin.bench.replay.OwnPolicy;
import dev.sluice.plugin.bench.replay.Perturbation;
import dev.sluice.plugin.bench.replay.SchedulerContender;
import dev.sluice.plugin.bench.replay.ServiceModel;
import dev.sluice.plugin.bench.trace.Trace;
import dev.sluice.plugin.bench.trace.TraceDigest;
import dev.sluice.plugin.config.ConfigLoader;
import dev.sluice.plugin.config.SluiceConfig;
import dev.sluice.plugin.scheduling.SchedulerSetup;
import dev.sluice.routing.config.ConfigException;
import dev.sluice.routing.window.InForce;
import dev.sluice.scheduler.Policy;
import dev.sluice.scheduler.SchedulerConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.LongStream;

/** What the arguments of a bench ask for. Immutable. */
final class BenchSetup {
  private static final String OWN = "own";
  private static final int MANY_SEEDS = 5;
  private static final int MOST_SEEDS = 100;

  private final Arguments arguments;
  private final Optional<Own> own;

  /** The operator's configuration. */
  private record Own(OwnPolicy policy, Supplier<ExpectedOutput> expected, String sha256) {}

  /** Reads the configuration, if one is given. */
  BenchSetup(Arguments arguments, Map<String, String> environment) throws UsageException, ConfigException, IOException {
    this.arguments = arguments;
    this.own = arguments.has("config") ? Optional.of(own(arguments, environment)) : Optional.empty();
  }

  private static Own own(Arguments arguments, Map<String, String> environment) throws UsageException, ConfigException, IOException {
    Path file = arguments.path("config", Commands.DEFAULT_CONFIG);
    SluiceConfig config = new ConfigLoader(file, environment).load().config();
    SchedulerConfig scheduler = SchedulerSetup.of(config, InForce.NOTHING);
    Optional<String> model = arguments.value("model");
    if (model.isEmpty() && scheduler.pools().size() != 1) {
      throw new UsageException("--model: missing (expected: one of the configuration's models " + String.join(", ", new TreeSet<>(scheduler.pools().keySet())) + ")");
    }
    String name = model.orElseGet(() -> scheduler.pools().keySet().iterator().next());
    SluiceConfig.CostSettings cost = config.scheduler().cost();
    Supplier<ExpectedOutput> expected = cost.learn() ? LearnedOutput::new : () -> ExpectedOutput.fixed(cost.defaultOutputTokens());
    // The pool of any model serves those that no other pool names.
    String pool = scheduler.pools().containsKey(name) || !scheduler.pools().containsKey("*") ? name : "*";
    return new Own(new OwnPolicy(scheduler, pool), expected, TraceDigest.sha256(Files.readAllBytes(file)));
  }

  /** The plan for traces like {@code first}; {@code seeded} says whether the seed changes them. */
  BenchPlan plan(Trace first, boolean seeded) throws UsageException {
    int lanes = Math.max(2, first.lanes());
    if (own.isEmpty() && lanes > SchedulerConfig.MAX_LANES) {
      throw new UsageException("trace: lane " + (lanes - 1) + " (expected: 0 to " + (SchedulerConfig.MAX_LANES - 1) + ", or --config with buckets)");
    }
    ServiceModel service = own.map(policy -> policy.policy().service()).orElse(ServiceModel.REFERENCE);
    List<LaneGoal> goals = own.map(policy -> policy.policy().goals(lanes)).orElseGet(() -> goals(lanes));
    List<Double> loads = numbers(arguments, "loads", "0.9,1.2,1.5,2.0");
    boolean asConfigured = own.isPresent() && !arguments.has("loads");
    OptionalInt capacity = asConfigured ? OptionalInt.of(own.get().policy().slots()) : OptionalInt.empty();
    Map<String, Entrant> policies = policies(goals.size());
    return new BenchPlan(service, goals, loads, seeds(seeded), policies, perturbation(), capacity, own.map(Own::sha256));
  }

  private List<Long> seeds(boolean seeded) throws UsageException {
    double count = numbers(arguments, "seeds", Integer.toString(seeded ? MANY_SEEDS : 1)).getFirst();
    if (count != Math.rint(count) || count > MOST_SEEDS) {
      throw new UsageException("--seeds: " + count + " (expected: a whole number from 1 to " + MOST_SEEDS + ")");
    }
    return LongStream.rangeClosed(1, (long) count).boxed().toList();
  }

  private String perturbation() throws UsageException {
    String name = arguments.value("perturb").orElse("none");
    try {
      Perturbation.named(name, new Trace("", "", List.of()));
      return name;
    } catch (IllegalArgumentException e) {
      throw new UsageException("--" + e.getMessage());
    }
  }

  /** The reference's goals; further lanes wait as long as the last and are worth one. */
  private static List<LaneGoal> goals(int lanes) {
    List<LaneGoal> goals = new ArrayList<>(LaneGoal.REFERENCE);
    for (int lane = goals.size(); lane < lanes; lane++) {
      goals.add(new LaneGoal("lane " + lane, 1, LaneGoal.REFERENCE.getLast().maxWaitNanos()));
    }
    return goals;
  }

  private Map<String, Entrant> policies(int lanes) throws UsageException {
    Map<String, Entrant> known = new LinkedHashMap<>();
    own.ifPresent(policy -> known.put(OWN, new Entrant(policy.policy()::contender, policy.expected())));
    if (lanes <= SchedulerConfig.MAX_LANES) {
      for (Policy policy : List.of(Policy.HYBRID, Policy.WEIGHTED, Policy.STRICT)) {
        String name = "sluice-" + policy.name().toLowerCase(Locale.ROOT);
        Contender.Factory factory = stage -> new SchedulerContender(stage, policy);
        known.put(name, new Entrant(factory, ExpectedOutput::blind));
        known.put(name + "-learned", new Entrant(factory, LearnedOutput::new));
      }
    }
    Baselines.all(lanes).forEach((name, factory) -> known.put(name, new Entrant(factory, ExpectedOutput::blind)));
    List<String> usual = own.isPresent() ? List.of(OWN, "sluice-hybrid-learned", "B2-fifo-bounded") : List.of("sluice-hybrid", "sluice-hybrid-learned");
    List<String> names =
        arguments.value("policies").map(list -> List.of(list.split(",", -1))).orElseGet(() -> usual.stream().filter(known::containsKey).toList());
    if (names.equals(List.of("all"))) {
      return known;
    }
    Map<String, Entrant> chosen = new LinkedHashMap<>();
    for (String name : names) {
      Entrant entrant = known.get(name);
      if (entrant == null) {
        throw new UsageException("--policies: " + Arguments.shown(name) + " (expected: all, or some of " + String.join(", ", known.keySet()) + ")");
      }
      chosen.put(name, entrant);
    }
    return chosen;
  }

  /** Positive numbers separated by commas. */
  static List<Double> numbers(Arguments arguments, String flag, String otherwise) throws UsageException {
    String text = arguments.value(flag).orElse(otherwise);
    Function<String, Double> positive = word -> {
      double number = Double.parseDouble(word.trim());
      if (!(number > 0 && number <= 1e6)) {
        throw new NumberFormatException(word);
      }
      return number;
    };
    try {
      return Arrays.stream(text.split(",", -1)).map(positive).toList();
    } catch (NumberFormatException e) {
      throw new UsageException("--" + flag + ": " + Arguments.shown(text) + " (expected: numbers above 0, separated by commas)");
    }
  }
}
