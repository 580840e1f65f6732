// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.command;

import dev.sluice.plugin.bench.Bench;
import dev.sluice.plugin.bench.BenchPlan;
import dev.sluice.plugin.bench.BenchPlan.Entrant;
import dev.sluice.plugin.bench.TraceSource;
import dev.sluice.plugin.bench.baseline.Baselines;
import dev.sluice.plugin.bench.replay.Contender;
import dev.sluice.plugin.bench.replay.ExpectedOutput;
import dev.sluice.plugin.bench.replay.LaneGoal;
import dev.sluice.plugin.bench.replay.LearnedOutput;
import dev.sluice.plugin.bench.replay.Perturbation;
import dev.sluice.plugin.bench.replay.SchedulerContender;
import dev.sluice.plugin.bench.replay.ServiceModel;
import dev.sluice.plugin.bench.report.ScoreHtml;
import dev.sluice.plugin.bench.report.ScoreJson;
import dev.sluice.plugin.bench.report.ScoreTable;
import dev.sluice.plugin.bench.trace.AzureHour;
import dev.sluice.plugin.bench.trace.Trace;
import dev.sluice.plugin.bench.trace.TraceFile;
import dev.sluice.plugin.bench.trace.TraceGenerator;
import dev.sluice.plugin.bench.trace.TraceGenerator.Mix;
import dev.sluice.scheduler.Policy;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.LongStream;

/** {@code sluice bench replay}: plays a trace to the scheduler and to other policies in virtual time. Immutable. */
final class BenchCommand {
  private static final List<String> FLAGS = List.of("traces", "loads", "seeds", "policies", "perturb", "seconds", "json", "html");
  private static final String FOLDER_VARIABLE = "SLUICE_TRACES";
  private static final int BAR = 30;

  private BenchCommand() {}

  static int run(List<String> args, Surface surface) throws UsageException, IOException {
    if (args.isEmpty() || !args.getFirst().equals("replay")) {
      throw new UsageException("expected: replay TRACE");
    }
    Arguments arguments = Arguments.parse(args.subList(1, args.size()), FLAGS, List.of());
    arguments.expectRest(1, "one trace: azure-hour, azure-like, bursty, long-answers or a file");
    TraceSource source = source(arguments, surface.environment());
    int lanes;
    try {
      lanes = source.read(1).lanes();
    } catch (java.nio.file.NoSuchFileException e) {
      surface.err().println("sluice bench: " + e.getMessage() + ": not found; --traces or " + FOLDER_VARIABLE + " names the folder of the traces");
      return Commands.FAILED;
    }
    BenchPlan plan = plan(arguments, Math.max(2, lanes));
    Bench.Result result = new Bench(plan, source).run(part -> progress(surface.err(), part));
    surface.err().println();
    surface.out().print(ScoreTable.of(result.scores()));
    Path json = arguments.path("json", Path.of(""));
    if (arguments.has("json")) {
      Files.write(json, ScoreJson.of(result.trace(), result.scores()));
    }
    Path html = arguments.path("html", Path.of(""));
    if (arguments.has("html")) {
      Files.writeString(html, ScoreHtml.of(result.trace(), result.scores(), result.samples()));
    }
    return Commands.OK;
  }

  private static void progress(PrintStream out, double part) {
    int full = (int) Math.round(part * BAR);
    out.print("\r[" + "#".repeat(full) + "-".repeat(BAR - full) + "] " + Math.round(part * 100) + " %");
    out.flush();
  }

  private static TraceSource source(Arguments arguments, Map<String, String> environment) throws UsageException {
    String name = arguments.rest().getFirst();
    double seconds = numbers(arguments, "seconds", "3510").getFirst();
    Path folder = arguments.path("traces", Path.of(environment.getOrDefault(FOLDER_VARIABLE, ".")));
    return switch (name) {
      case "azure-hour" -> seed -> AzureHour.read(folder, seed);
      case "azure-like" -> seed -> TraceGenerator.generate(name, Mix.azureLike(seconds), seed);
      case "bursty" -> seed -> TraceGenerator.generate(name, Mix.bursty(seconds), seed);
      case "long-answers" -> seed -> TraceGenerator.generate(name, Mix.longAnswers(seconds), seed);
      default -> {
        Path file = file(name, folder);
        yield seed -> TraceFile.read(file);
      }
    };
  }

  private static Path file(String name, Path folder) throws UsageException {
    try {
      return Files.exists(Path.of(name)) ? Path.of(name) : folder.resolve(name);
    } catch (InvalidPathException e) {
      throw new UsageException("trace: not a path (expected: azure-hour, azure-like, bursty, long-answers or a file)");
    }
  }

  private static BenchPlan plan(Arguments arguments, int lanes) throws UsageException {
    List<Double> loads = numbers(arguments, "loads", "0.9,1.2,1.5,2.0");
    int seeds = (int) Math.round(numbers(arguments, "seeds", "5").getFirst());
    String perturbation = arguments.value("perturb").orElse("none");
    try {
      Perturbation.named(perturbation, new Trace("", "", List.of()));
    } catch (IllegalArgumentException e) {
      throw new UsageException("--" + e.getMessage());
    }
    return new BenchPlan(
        ServiceModel.REFERENCE, goals(lanes), loads, LongStream.rangeClosed(1, Math.max(1, seeds)).boxed().toList(),
        policies(arguments.value("policies"), lanes), perturbation);
  }

  /** The reference's goals; further lanes wait as long as the last and are worth one. */
  private static List<LaneGoal> goals(int lanes) {
    List<LaneGoal> goals = new ArrayList<>(LaneGoal.REFERENCE);
    for (int lane = goals.size(); lane < lanes; lane++) {
      goals.add(new LaneGoal("lane" + lane, 1, LaneGoal.REFERENCE.getLast().maxWaitNanos()));
    }
    return goals;
  }

  private static Map<String, Entrant> policies(Optional<String> wanted, int lanes) throws UsageException {
    Map<String, Entrant> known = new LinkedHashMap<>();
    for (Policy policy : List.of(Policy.HYBRID, Policy.WEIGHTED, Policy.STRICT)) {
      String name = policy.name().toLowerCase(Locale.ROOT);
      Contender.Factory factory = stage -> new SchedulerContender(stage, policy);
      known.put("sluice-" + name, new Entrant(factory, ExpectedOutput::blind));
      known.put("sluice-" + name + "-learned", new Entrant(factory, LearnedOutput::new));
    }
    Baselines.all(Math.max(lanes, LaneGoal.REFERENCE.size())).forEach((name, factory) -> known.put(name, new Entrant(factory, ExpectedOutput::blind)));
    List<String> names = wanted.map(list -> List.of(list.split(","))).orElse(List.of("sluice-hybrid", "sluice-hybrid-learned"));
    if (names.equals(List.of("all"))) {
      return known;
    }
    Map<String, Entrant> chosen = new LinkedHashMap<>();
    for (String name : names) {
      Entrant entrant = known.get(name);
      if (entrant == null) {
        throw new UsageException("--policies: " + name + " (expected: all, or some of " + String.join(", ", known.keySet()) + ")");
      }
      chosen.put(name, entrant);
    }
    return chosen;
  }

  private static List<Double> numbers(Arguments arguments, String flag, String otherwise) throws UsageException {
    String text = arguments.value(flag).orElse(otherwise);
    Function<String, Double> positive = word -> {
      double number = Double.parseDouble(word.trim());
      if (!(number > 0 && number <= 1e6)) {
        throw new NumberFormatException(word);
      }
      return number;
    };
    try {
      return Arrays.stream(text.split(",")).map(positive).toList();
    } catch (NumberFormatException e) {
      throw new UsageException("--" + flag + ": " + text + " (expected: numbers above 0, separated by commas)");
    }
  }
}
