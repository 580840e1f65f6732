// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.command;

import dev.sluice.plugin.calibrate.Answers;
import dev.sluice.plugin.calibrate.Calibration;
import dev.sluice.plugin.calibrate.CapacityYaml;
import dev.sluice.plugin.calibrate.Profile;
import dev.sluice.plugin.time.Clocks;
import dev.sluice.routing.config.Secret;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code sluice calibrate}: measures an endpoint and prints its capacity as a configuration. Immutable. */
final class CalibrateCommand {
  private static final List<String> FLAGS =
      List.of(
          "model", "key-env", "key-file", "name", "profiles", "answers", "max-concurrency", "max-requests", "max-time", "step", "max-first-token",
          "confirm", "out");
  private static final Pattern TIME = Pattern.compile("([0-9]{1,7})(ms|s|m)");
  private static final Pattern PROVIDER = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");
  private static final int MOST_AT_A_TIME = 1_024;
  private static final int MOST_REQUESTS = 1_000_000;

  private static final String HELP =
      """
      usage: sluice calibrate URL [FLAGS]

      Sends generated traffic to an OpenAI-compatible endpoint, more and more requests at a time until tokens per second hardly
      grow or first tokens come late, and prints what it can take as a configuration that `sluice check` accepts.

        --model NAME             default: the only one that the endpoint lists
        --key-env NAME           variable with the endpoint's API key; or
        --key-file FILE          file with it; default: no key
        --name NAME              of the provider in the configuration; default: local-a
        --profiles A,B           of mixed, short and long; default: all; the limits are those of the first
        --answers FORM           sse, json or both; default: both. First tokens are timed in streams only
        --max-concurrency N      requests at a time, up to 1024; default: 64
        --max-requests N         of all profiles together; default: 5000
        --max-time TIME          of all profiles together; default: 10m
        --step TIME              how long each number of requests at a time is measured; default: 10s
        --max-first-token TIME   most that nine in ten streams may wait for their first token; default: 5s
        --confirm HOST           instead of the question: the host that traffic may be sent to
        --out FILE               where to write the configuration; default: standard output

      Takes the load of all other users of the endpoint for granted: measure it while it is idle.
      """;

  private CalibrateCommand() {}

  static int run(List<String> args, Surface surface) throws UsageException, IOException {
    if (args.stream().anyMatch(Commands::isHelp)) {
      surface.out().print(HELP);
      return Commands.OK;
    }
    Arguments arguments = Arguments.parse(args, FLAGS, List.of());
    arguments.expectRest(1, "one URL, such as http://127.0.0.1:8000/v1");
    URI chat = address(arguments.rest().getFirst());
    Calibration.Plan plan = plan(arguments);
    String provider = arguments.value("name").orElse("local-a");
    if (!PROVIDER.matcher(provider).matches()) {
      throw new UsageException("--name: expected the name of an APISIX upstream: letters, digits, dots, dashes and underscores");
    }
    Optional<Secret> key = key(arguments, surface);
    if (!consents(chat, plan, key.isPresent(), arguments, surface)) {
      return Commands.FAILED;
    }
    Calibration calibration = new Calibration(plan, Clocks.monotonic(), line -> surface.err().println(line));
    Calibration.Outcome outcome;
    try {
      outcome = calibration.run(chat, arguments.value("model"), key);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Commands.FAILED;
    } catch (IOException e) {
      surface.err().println("sluice calibrate: " + (e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage()));
      return Commands.FAILED;
    }
    if (outcome.measured().isEmpty()) {
      outcome.unmeasured().forEach(line -> surface.err().println("sluice calibrate: " + line));
      return Commands.FAILED;
    }
    String yaml = CapacityYaml.of(new CapacityYaml.Subject(chat, provider, credentials(arguments)), outcome);
    if (arguments.has("out")) {
      Path out = arguments.path("out", Path.of(""));
      Files.writeString(out, yaml);
      surface.err().println("written to " + out + "; `sluice check --config " + out + "` reads it");
    } else {
      surface.out().print(yaml);
    }
    return Commands.OK;
  }

  private static URI address(String url) throws UsageException {
    try {
      return Calibration.address(url);
    } catch (IllegalArgumentException e) {
      throw new UsageException(e.getMessage() != null && e.getMessage().startsWith("URL: ") ? e.getMessage() : "URL: not one (expected: such as http://127.0.0.1:8000/v1)");
    }
  }

  private static Calibration.Plan plan(Arguments arguments) throws UsageException {
    List<Profile> profiles = new ArrayList<>();
    for (String name : arguments.value("profiles").orElse(String.join(",", Profile.names())).split(",", -1)) {
      profiles.add(Profile.named(name).orElseThrow(() -> new UsageException("--profiles: " + Arguments.shown(name) + " (expected: some of " + String.join(", ", Profile.names()) + ")")));
    }
    String answers = arguments.value("answers").orElse("both");
    Answers form =
        Arrays.stream(Answers.values())
            .filter(value -> value.name().toLowerCase(Locale.ROOT).equals(answers))
            .findFirst()
            .orElseThrow(() -> new UsageException("--answers: " + Arguments.shown(answers) + " (expected: both, sse or json)"));
    return new Calibration.Plan(
        profiles,
        form,
        number(arguments, "max-concurrency", 64, MOST_AT_A_TIME),
        number(arguments, "max-requests", 5_000, MOST_REQUESTS),
        time(arguments, "max-time", "10m"),
        time(arguments, "step", "10s"),
        time(arguments, "max-first-token", "5s"));
  }

  private static int number(Arguments arguments, String flag, int otherwise, int most) throws UsageException {
    String text = arguments.value(flag).orElse(Integer.toString(otherwise));
    int number = text.matches("[0-9]{1,8}") ? Integer.parseInt(text) : 0;
    if (number < 1 || number > most) {
      throw new UsageException("--" + flag + ": " + Arguments.shown(text) + " (expected: a whole number from 1 to " + most + ")");
    }
    return number;
  }

  private static Duration time(Arguments arguments, String flag, String otherwise) throws UsageException {
    String text = arguments.value(flag).orElse(otherwise);
    Matcher matcher = TIME.matcher(text);
    Duration time = Duration.ZERO;
    if (matcher.matches()) {
      long count = Long.parseLong(matcher.group(1));
      time =
          switch (matcher.group(2)) {
            case "ms" -> Duration.ofMillis(count);
            case "s" -> Duration.ofSeconds(count);
            default -> Duration.ofMinutes(count);
          };
    }
    if (time.compareTo(Duration.ofMillis(100)) < 0 || time.compareTo(Duration.ofDays(1)) > 0) {
      throw new UsageException("--" + flag + ": " + Arguments.shown(text) + " (expected: a time from 100ms to 1440m, such as " + otherwise + ")");
    }
    return time;
  }

  private static Optional<Secret> key(Arguments arguments, Surface surface) throws UsageException {
    if (arguments.has("key-env") && arguments.has("key-file")) {
      throw new UsageException("--key-env and --key-file: both given (expected: one)");
    }
    if (arguments.has("key-env")) {
      String name = arguments.value("key-env").orElse("");
      return Optional.of(
          Secret.ofVariable(surface.environment(), name)
              .orElseThrow(() -> new UsageException("--key-env: " + Arguments.shown(name) + " (expected: the name of a variable that holds the key)")));
    }
    if (arguments.has("key-file")) {
      Path file = arguments.path("key-file", Path.of(""));
      return Optional.of(Secret.ofFile(file).orElseThrow(() -> new UsageException("--key-file: " + file + " (expected: a readable file with the key in one line)")));
    }
    return Optional.empty();
  }

  private static List<String> credentials(Arguments arguments) throws UsageException {
    if (arguments.has("key-env")) {
      return List.of("header: authorization", "env: " + arguments.value("key-env").orElse(""));
    }
    return arguments.has("key-file") ? List.of("header: authorization", "file: " + arguments.path("key-file", Path.of("")).toAbsolutePath()) : List.of();
  }

  /** Whether the operator names the host that will be sent to: a flag that merely says yes is too easily copied. */
  private static boolean consents(URI chat, Calibration.Plan plan, boolean key, Arguments arguments, Surface surface) throws IOException {
    long tokens = (long) plan.maxRequests() * plan.profiles().stream().mapToInt(Profile::largest).max().orElse(0);
    surface.err().println("sluice calibrate sends generated traffic to " + chat + ": prompts of random words, nothing of yours.");
    surface.err().println("At most " + plan.maxRequests() + " requests and " + tokens + " tokens, " + plan.maxConcurrency() + " requests at a time, for "
        + plan.maxTime().toSeconds() + " s. Whoever runs the endpoint may charge for them, and others who use it will wait longer.");
    if (key && "http".equalsIgnoreCase(chat.getScheme()) && !loopback(chat.getHost())) {
      surface.err().println("The key will cross the network unencrypted.");
    }
    Optional<String> named = arguments.value("confirm");
    if (named.isEmpty()) {
      surface.err().print("Type the host, " + chat.getHost() + ", to go on: ");
      surface.err().flush();
      named = Optional.ofNullable(new BufferedReader(new InputStreamReader(surface.in(), StandardCharsets.UTF_8)).readLine());
    }
    if (named.map(String::strip).filter(chat.getHost()::equalsIgnoreCase).isPresent()) {
      return true;
    }
    surface.err().println("sluice calibrate: nothing was sent; type the host when asked, or give --confirm " + chat.getHost());
    return false;
  }

  private static boolean loopback(String host) {
    try {
      return host.equals("localhost") || (host.matches("[0-9.]+|\\[[0-9a-fA-F:]+]") && InetAddress.getByName(host).isLoopbackAddress());
    } catch (UnknownHostException e) {
      return false;
    }
  }
}
