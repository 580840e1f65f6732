// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.calibrate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.plugin.calibrate.Profile;
import dev.sluice.plugin.command.Commands;
import dev.sluice.plugin.command.Surface;
import dev.sluice.plugin.config.ConfigLoader;
import dev.sluice.routing.provider.ModelLimits;
import dev.sluice.t.Figure;
import dev.sluice.t.provider.BatchEngine;
import dev.sluice.t.provider.BatchModel;
import dev.sluice.t.provider.ProviderSimulator;
import dev.sluice.t.provider.ProviderSimulator.Options;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code sluice calibrate} against providers whose capacity is known. */
class CalibrateTest {
  private static final String SOURCE = "CalibrateTest";

  /** {@code -Dcalibrate.whole=true} measures as long, and answers as long, as is promised; otherwise what every build takes the time for. */
  private static final boolean WHOLE = Boolean.getBoolean("calibrate.whole");

  private static final String STEP = WHOLE ? "1s" : "150ms";
  private static final String MOST_AT_A_TIME = WHOLE ? "48" : "24";
  private static final int BATCH = WHOLE ? 24 : 12;
  private static final String TRAFFIC = WHOLE ? "mixed" : "short";
  private static final Map<String, String> ENVIRONMENT = Map.of("E", "events-secret-0123456789", "SLUICE_EVENTS_SECRET", "events-secret-0123456789", "LLM_KEY", "sk-canary-7731");

  @TempDir private Path folder;

  private record Ran(int code, String out, String err) {}

  private static Ran run(String in, List<String> args) {
    var out = new ByteArrayOutputStream();
    var err = new ByteArrayOutputStream();
    int code = Commands.run(
        args,
        new Surface(
            new ByteArrayInputStream(in.getBytes(StandardCharsets.UTF_8)), new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8), ENVIRONMENT));
    return new Ran(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  private static Ran calibrate(ProviderSimulator simulator, String... flags) {
    List<String> args = new ArrayList<>(List.of("calibrate", "http://127.0.0.1:" + simulator.port(), "--confirm", "127.0.0.1"));
    args.addAll(Arrays.asList(flags));
    return run("", args);
  }

  /** The limits as a start would read them. */
  private ModelLimits limits(Ran ran) throws Exception {
    assertThat(ran.code()).as(ran.err()).isZero();
    Path file = Files.writeString(Files.createDirectories(folder.resolve("conf")).resolve("sluice.yaml"), ran.out());
    assertThat(run("", List.of("check", "--config", file.toString())).code()).as(ran.out()).isZero();
    return new ConfigLoader(file, ENVIRONMENT).load().config().providers().getFirst().models().getFirst().limits();
  }

  @Test
  void findsACeilingOfTokensPerSecond() throws Exception {
    long ceiling = 8_000;
    try (ProviderSimulator simulator = ProviderSimulator.start(Options.of(new BatchModel(1_000_000, 2_000_000, 20_000, ceiling, 64, 512)))) {
      Ran ran = calibrate(simulator, "--profiles", "short", "--step", STEP, "--max-time", "2m", "--max-concurrency", MOST_AT_A_TIME);
      System.out.print(ran.out());
      ModelLimits limits = limits(ran);
      Figure off = Figure.atMost("calibrate: tokens/s off a known ceiling", 100 * Math.abs(limits.tokensPerSecond() / (double) ceiling - 1), 5, "%", SOURCE).print();
      assertThat(off.bearable()).isTrue();
      assertThat(limits.maxConcurrent()).isBetween(4, 64);
    }
  }

  @Test
  void findsTheKneeOfABatchedServer() throws Exception {
    BatchModel model = new BatchModel(40_000, 4_000_000, 50_000, 100_000, BATCH, 512);
    try (ProviderSimulator simulator = ProviderSimulator.start(Options.of(model))) {
      Ran ran = calibrate(simulator, "--profiles", TRAFFIC, "--step", STEP, "--max-time", "2m", "--max-concurrency", MOST_AT_A_TIME, "--answers", "sse");
      System.out.print(ran.out());
      ModelLimits limits = limits(ran);
      double truth = truth(model, limits.maxConcurrent());
      double most = truth(model, 64);
      Figure off = Figure.atMost("calibrate: tokens/s off a batched server's own", 100 * Math.abs(limits.tokensPerSecond() / truth - 1), 10, "%", SOURCE).print();
      Figure part = Figure.atLeast("calibrate: part of the server's most at the concurrency found", truth / most, 0.9, "", SOURCE).print();
      assertThat(off.bearable()).isTrue();
      assertThat(part.bearable()).isTrue();
    }
  }

  /** Tokens per second of the same server with so many requests of the profile at a time, in virtual time. */
  private static double truth(BatchModel model, int concurrency) {
    var loop = new VirtualLoop(model, Profile.named(TRAFFIC).orElseThrow().shapes());
    for (int worker = 0; worker < concurrency; worker++) {
      loop.submit(worker, 0, 0);
    }
    return loop.tokensPerSecond(20_000_000_000L, 200_000_000_000L);
  }

  private static final class VirtualLoop {
    private final BatchEngine engine;
    private final List<Profile.Shape> shapes;
    private final SplittableRandom random = new SplittableRandom(1);
    private long tokens;

    VirtualLoop(BatchModel model, List<Profile.Shape> shapes) {
      this.engine = new BatchEngine(model);
      this.shapes = shapes;
    }

    /** Answers are as long as the simulator draws them: 16 to 255 tokens, cut at the limit. */
    void submit(int worker, int turn, long atNanos) {
      Profile.Shape shape = shapes.get((worker + turn) % shapes.size());
      int output = Math.min(shape.outputTokens(), 16 + random.nextInt(240));
      engine.submit(shape.promptTokens(), output, atNanos, new BatchEngine.Progress() {
        @Override
        public void promptRead(long now) {
          tokens += shape.promptTokens();
        }

        @Override
        public void token(long now, boolean last) {
          tokens++;
          if (last) {
            submit(worker, turn + 1, now);
          }
        }
      });
    }

    double tokensPerSecond(long fromNanos, long untilNanos) {
      advance(fromNanos);
      long before = tokens;
      advance(untilNanos);
      return (tokens - before) / ((untilNanos - fromNanos) / 1e9);
    }

    private void advance(long untilNanos) {
      while (engine.nextStepEndNanos().orElse(untilNanos) < untilNanos) {
        engine.advance(engine.nextStepEndNanos().orElse(untilNanos));
      }
    }
  }

  @Test
  void sendsNothingBeforeTheHostIsNamed() throws Exception {
    try (ProviderSimulator simulator = ProviderSimulator.start(Options.of(BatchModel.fast()))) {
      String url = "http://127.0.0.1:" + simulator.port() + "/v1";
      for (String answer : List.of("", "yes\n", "localhost\n")) {
        Ran ran = run(answer, List.of("calibrate", url));
        assertThat(ran.code()).isEqualTo(1);
        assertThat(ran.err()).contains("nothing of yours", "nothing was sent; type the host when asked, or give --confirm 127.0.0.1");
      }
      assertThat(simulator.requests()).isEmpty();
    }
  }

  @Test
  void staysWithinItsBoundsAndShowsNoKey() throws Exception {
    var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    try (ProviderSimulator simulator = ProviderSimulator.start(new Options(address, BatchModel.fast(), "sk-canary-7731", List.of("a", "b"), 0))) {
      Ran several = calibrate(simulator, "--key-env", "LLM_KEY");
      assertThat(several.err()).contains("--model names the one to measure, such as a, b");
      assertThat(calibrate(simulator, "--model", "a").err()).contains("HTTP 401", "--key-env or --key-file names where the key is");
      simulator.reset();
      Ran ran = calibrate(
          simulator, "--key-env", "LLM_KEY", "--model", "a", "--max-requests", "400", "--max-concurrency", "4", "--step", "200ms", "--max-time", "5s");
      assertThat(ran.code()).as(ran.err()).isZero();
      assertThat(ran.out()).contains("env: LLM_KEY").contains("model: \"a\"");
      assertThat(ran.out() + ran.err() + several.err()).doesNotContain("sk-canary");
      assertThat(simulator.state().accepted()).isLessThanOrEqualTo(410);
      assertThat(simulator.state().maxInFlight()).isLessThanOrEqualTo(4);
      limits(ran);
    }
  }

  @Test
  void saysWhatIsWrongWithTheCommandLine() {
    assertThat(run("", List.of("calibrate", "ftp://x")).err()).contains("expected http:// or https:// and a host");
    assertThat(run("", List.of("calibrate", "http://u:p@h/v1")).err()).contains("--key-env or --key-file").doesNotContain("u:p");
    assertThat(run("", List.of("calibrate", "http://h", "--profiles", "mixt")).err()).contains("expected: some of mixed, short, long");
    assertThat(run("", List.of("calibrate", "http://h", "--key", "sk-x")).err()).contains("unknown flag").doesNotContain("sk-x");
    assertThat(run("", List.of("calibrate", "http://h", "--step", "1h")).err()).contains("--step: 1h (expected: a time from 100ms");
    assertThat(run("", List.of("calibrate", "http://127.0.0.1:1", "--confirm", "127.0.0.1")).err()).contains("nothing answers at 127.0.0.1:1");
  }
}
