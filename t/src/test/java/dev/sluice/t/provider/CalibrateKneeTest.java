// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.provider;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.plugin.calibrate.Profile;
import dev.sluice.routing.provider.ModelLimits;
import dev.sluice.t.Figure;
import dev.sluice.t.provider.Calibration.Ran;
import dev.sluice.t.provider.ProviderSimulator.Options;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code sluice calibrate} against a server that batches. */
@Tag("bench")
class CalibrateKneeTest {
  private static final String SOURCE = "CalibrateKneeTest";
  private static final int BATCH = 24;
  private static final String TRAFFIC = "mixed";

  @TempDir private Path folder;

  @Test
  void findsTheKneeOfABatchedServer() throws Exception {
    BatchModel model = new BatchModel(40_000, 4_000_000, 50_000, 100_000, BATCH, 512);
    try (ProviderSimulator simulator = ProviderSimulator.start(Options.of(model))) {
      Ran ran = Calibration.calibrate(simulator, "--profiles", TRAFFIC, "--step", Calibration.STEP, "--max-time", "2m", "--max-concurrency", Calibration.MOST_AT_A_TIME, "--answers", "sse");
      System.out.print(ran.out());
      ModelLimits limits = Calibration.limits(folder, ran);
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
}
