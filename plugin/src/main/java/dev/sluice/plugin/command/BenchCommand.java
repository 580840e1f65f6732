// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.command;

import dev.sluice.plugin.bench.Bench;
import dev.sluice.plugin.bench.BenchPlan;
import dev.sluice.plugin.bench.TraceSource;
import dev.sluice.plugin.bench.report.ScoreHtml;
import dev.sluice.plugin.bench.report.ScoreJson;
import dev.sluice.plugin.bench.report.ScoreTable;
import dev.sluice.plugin.bench.trace.AzureHour;
import dev.sluice.plugin.bench.trace.Trace;
import dev.sluice.plugin.bench.trace.TraceFile;
import dev.sluice.plugin.bench.trace.TraceGenerator;
import dev.sluice.plugin.bench.trace.TraceGenerator.Mix;
import dev.sluice.routing.config.ConfigException;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@code sluice bench replay}: plays a trace to the scheduler and to other policies in virtual time. Immutable. */
final class BenchCommand {
  private static final List<String> FLAGS =
      List.of("traces", "config", "model", "loads", "seeds", "policies", "perturb", "seconds", "json", "html");
  private static final String FOLDER_VARIABLE = "SLUICE_TRACES";
  private static final String TRACES = "azure-hour, azure-like, bursty, long-answers or a file";
  private static final int BAR = 30;

  private static final String HELP =
      """
      usage: sluice bench replay TRACE [FLAGS]

      Plays a trace to the production scheduler, and to other policies on the same capacity, in virtual time. The same trace,
      seeds and configuration give the same bytes of JSON. docs/bench.md explains formats and figures.

      TRACE is a file (decision records, or CSV with a header of time_s,tenant,lane,input_tokens,output_tokens[,max_tokens]),
      azure-hour for the published traces in --traces, or a generated mix: azure-like, bursty, long-answers.

        --traces FOLDER   where trace files are looked for; default: SLUICE_TRACES, else here
        --config FILE     play this configuration, too, on its providers' capacity; goals are its lanes' longest waits
        --model NAME      of the configuration and of decision records; default: the configuration's only one
        --loads A,B       offered work by capacity, by scaling capacity; default: 0.9,1.2,1.5,2.0, or as configured
        --seeds N         1 to N; default: 5 where the trace depends on the seed, else 1
        --policies A,B    or all; default: sluice-hybrid,sluice-hybrid-learned, and own with a configuration
        --perturb NAME    aborts, halved, down, surge, noise, lost or retries; default: none
        --seconds N       length of a generated mix; default: 3510
        --json FILE       write the figures
        --html FILE       write a page with plots
      """;

  private BenchCommand() {}

  static int run(List<String> args, Surface surface) throws UsageException, ConfigException, IOException {
    if (args.stream().anyMatch(Commands::isHelp)) {
      surface.out().print(HELP);
      return Commands.OK;
    }
    if (args.isEmpty() || !args.getFirst().equals("replay")) {
      throw new UsageException("expected: replay TRACE; `sluice bench --help` says more");
    }
    Arguments arguments = Arguments.parse(args.subList(1, args.size()), FLAGS, List.of());
    arguments.expectRest(1, "one trace: " + TRACES);
    try {
      return replay(arguments, surface);
    } catch (NoSuchFileException e) {
      surface.err().println("sluice bench: " + e.getMessage() + ": not found; --traces or " + FOLDER_VARIABLE + " names the folder of the traces");
    } catch (IllegalArgumentException e) {
      // What the configuration or the trace asks of a scheduler and it cannot do.
      surface.err().println("sluice bench: " + e.getMessage());
    }
    return Commands.FAILED;
  }

  private static int replay(Arguments arguments, Surface surface) throws UsageException, ConfigException, IOException {
    BenchSetup setup = new BenchSetup(arguments, surface.environment());
    TraceSource source = source(arguments, surface.environment());
    BenchPlan plan = setup.plan(source.read(1), depends(arguments.rest().getFirst()));
    Bench.Result result = new Bench(plan, source).run(part -> progress(surface.err(), part));
    surface.err().println();
    surface.out().print(ScoreTable.of(result.scores()));
    if (arguments.has("json")) {
      Files.write(arguments.path("json", Path.of("")), ScoreJson.of(result));
    }
    if (arguments.has("html")) {
      Files.writeString(arguments.path("html", Path.of("")), ScoreHtml.of(result));
    }
    return Commands.OK;
  }

  private static void progress(PrintStream out, double part) {
    int full = (int) Math.round(part * BAR);
    out.print("\r[" + "#".repeat(full) + "-".repeat(BAR - full) + "] " + Math.round(part * 100) + " %");
    out.flush();
  }

  /** Whether the seed changes the trace: a file is what it is. */
  private static boolean depends(String trace) {
    return switch (trace) {
      case "azure-hour", "azure-like", "bursty", "long-answers" -> true;
      default -> false;
    };
  }

  private static TraceSource source(Arguments arguments, Map<String, String> environment) throws UsageException {
    String name = arguments.rest().getFirst();
    double seconds = BenchSetup.numbers(arguments, "seconds", "3510").getFirst();
    Path folder = arguments.path("traces", Path.of(environment.getOrDefault(FOLDER_VARIABLE, ".")));
    return switch (name) {
      case "azure-hour" -> seed -> AzureHour.read(folder, seed);
      case "azure-like" -> seed -> TraceGenerator.generate(name, Mix.azureLike(seconds), seed);
      case "bursty" -> seed -> TraceGenerator.generate(name, Mix.bursty(seconds), seed);
      case "long-answers" -> seed -> TraceGenerator.generate(name, Mix.longAnswers(seconds), seed);
      default -> {
        Path file = file(name, folder);
        Optional<String> model = arguments.value("model");
        Trace[] read = new Trace[1];
        yield seed -> read[0] = read[0] == null ? TraceFile.read(file, model) : read[0];
      }
    };
  }

  private static Path file(String name, Path folder) throws UsageException {
    try {
      return Files.exists(Path.of(name)) ? Path.of(name) : folder.resolve(name);
    } catch (InvalidPathException e) {
      throw new UsageException("trace: not a path (expected: " + TRACES + ")");
    }
  }
}
