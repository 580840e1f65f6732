// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.provider;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.plugin.command.Commands;
import dev.sluice.plugin.command.Surface;
import dev.sluice.plugin.config.ConfigLoader;
import dev.sluice.routing.provider.ModelLimits;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Runs of {@code sluice calibrate}, and what a start makes of what they print. */
final class Calibration {
  static final String STEP = "1s";
  static final String MOST_AT_A_TIME = "48";
  private static final Map<String, String> ENVIRONMENT = Map.of("E", "events-secret-0123456789", "SLUICE_EVENTS_SECRET", "events-secret-0123456789", "LLM_KEY", "sk-canary-7731");

  private Calibration() {}

  record Ran(int code, String out, String err) {}

  static Ran run(String in, List<String> args) {
    var out = new ByteArrayOutputStream();
    var err = new ByteArrayOutputStream();
    int code = Commands.run(
        args,
        new Surface(
            new ByteArrayInputStream(in.getBytes(StandardCharsets.UTF_8)), new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8), ENVIRONMENT));
    return new Ran(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  static Ran calibrate(ProviderSimulator simulator, String... flags) {
    List<String> args = new ArrayList<>(List.of("calibrate", "http://127.0.0.1:" + simulator.port(), "--confirm", "127.0.0.1"));
    args.addAll(Arrays.asList(flags));
    return run("", args);
  }

  /** The limits as a start would read them. */
  static ModelLimits limits(Path folder, Ran ran) throws Exception {
    assertThat(ran.code()).as(ran.err()).isZero();
    Path file = Files.writeString(Files.createDirectories(folder.resolve("conf")).resolve("sluice.yaml"), ran.out());
    assertThat(run("", List.of("check", "--config", file.toString())).code()).as(ran.out()).isZero();
    return new ConfigLoader(file, ENVIRONMENT).load().config().providers().getFirst().models().getFirst().limits();
  }
}
