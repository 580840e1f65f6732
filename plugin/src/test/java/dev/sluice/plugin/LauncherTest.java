// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** {@code bin/sluice} as APISIX starts it from {@code ext-plugin.cmd}. */
class LauncherTest {
  @Test
  void itNeedsNothingOfTheEnvironmentButThePath() throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(Path.of("bin", "sluice").toString(), "--print-java").redirectErrorStream(true);
    String path = System.getenv("PATH");
    builder.environment().clear();
    builder.environment().put("PATH", path);
    builder.environment().put("SLUICE_JAVA_HOME", System.getProperty("java.home"));
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(process.waitFor()).as(output).isZero();
    assertThat(output.strip()).isEqualTo(Path.of(System.getProperty("java.home"), "bin", "java").toString());
  }
}
