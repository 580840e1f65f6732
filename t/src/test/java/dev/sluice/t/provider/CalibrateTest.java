// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.provider;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.routing.provider.ModelLimits;
import dev.sluice.t.Figure;
import dev.sluice.t.provider.Calibration.Ran;
import dev.sluice.t.provider.ProviderSimulator.Options;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code sluice calibrate} against providers whose capacity is known. */
class CalibrateTest {
  private static final String SOURCE = "CalibrateTest";

  @TempDir private Path folder;

  @Tag("bench")
  @Test
  void findsACeilingOfTokensPerSecond() throws Exception {
    long ceiling = 8_000;
    try (ProviderSimulator simulator = ProviderSimulator.start(Options.of(new BatchModel(1_000_000, 2_000_000, 20_000, ceiling, 64, 512)))) {
      Ran ran = Calibration.calibrate(simulator, "--profiles", "short", "--step", Calibration.STEP, "--max-time", "2m", "--max-concurrency", Calibration.MOST_AT_A_TIME);
      System.out.print(ran.out());
      ModelLimits limits = Calibration.limits(folder, ran);
      Figure off = Figure.atMost("calibrate: tokens/s off a known ceiling", 100 * Math.abs(limits.tokensPerSecond() / (double) ceiling - 1), 5, "%", SOURCE).print();
      assertThat(off.bearable()).isTrue();
      assertThat(limits.maxConcurrent()).isBetween(4, 64);
    }
  }

  @Test
  void sendsNothingBeforeTheHostIsNamed() throws Exception {
    try (ProviderSimulator simulator = ProviderSimulator.start(Options.of(BatchModel.fast()))) {
      String url = "http://127.0.0.1:" + simulator.port() + "/v1";
      for (String answer : List.of("", "yes\n", "localhost\n")) {
        Ran ran = Calibration.run(answer, List.of("calibrate", url));
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
      Ran several = Calibration.calibrate(simulator, "--key-env", "LLM_KEY");
      assertThat(several.err()).contains("--model names the one to measure, such as a, b");
      assertThat(Calibration.calibrate(simulator, "--model", "a").err()).contains("HTTP 401", "--key-env or --key-file names where the key is");
      simulator.reset();
      Ran ran = Calibration.calibrate(
          simulator, "--key-env", "LLM_KEY", "--model", "a", "--max-requests", "400", "--max-concurrency", "4", "--step", "200ms", "--max-time", "5s");
      assertThat(ran.code()).as(ran.err()).isZero();
      assertThat(ran.out()).contains("env: LLM_KEY").contains("model: \"a\"");
      assertThat(ran.out() + ran.err() + several.err()).doesNotContain("sk-canary");
      assertThat(simulator.state().accepted()).isLessThanOrEqualTo(410);
      assertThat(simulator.state().maxInFlight()).isLessThanOrEqualTo(4);
      Calibration.limits(folder, ran);
    }
  }

  @Test
  void saysWhatIsWrongWithTheCommandLine() {
    assertThat(Calibration.run("", List.of("calibrate", "ftp://x")).err()).contains("expected http:// or https:// and a host");
    assertThat(Calibration.run("", List.of("calibrate", "http://u:p@h/v1")).err()).contains("--key-env or --key-file").doesNotContain("u:p");
    assertThat(Calibration.run("", List.of("calibrate", "http://h", "--profiles", "mixt")).err()).contains("expected: some of mixed, short, long");
    assertThat(Calibration.run("", List.of("calibrate", "http://h", "--key", "sk-x")).err()).contains("unknown flag").doesNotContain("sk-x");
    assertThat(Calibration.run("", List.of("calibrate", "http://h", "--step", "1h")).err()).contains("--step: 1h (expected: a time from 100ms");
    assertThat(Calibration.run("", List.of("calibrate", "http://127.0.0.1:1", "--confirm", "127.0.0.1")).err()).contains("nothing answers at 127.0.0.1:1");
  }
}
