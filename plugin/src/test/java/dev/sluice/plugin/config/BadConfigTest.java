// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sluice.routing.config.ConfigException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class BadConfigTest {
  private static final String EXPECT = "# expect: ";

  /** The one thing that every file would otherwise have to say. */
  private static final Map<String, String> SECRET = Map.of("SLUICE_EVENTS_SECRET_ENV", "SLUICE_EVENTS_SECRET", "SLUICE_EVENTS_SECRET", "e");

  static Stream<Path> files() throws IOException {
    try (var files = Files.list(Path.of("../conf/bad"))) {
      return files.sorted().toList().stream();
    }
  }

  @ParameterizedTest
  @MethodSource("files")
  void everyProblemIsReportedAndNoOther(Path file) throws IOException {
    List<String> expected =
        Files.readAllLines(file).stream().filter(line -> line.startsWith(EXPECT)).map(line -> line.substring(EXPECT.length())).toList();
    var loader = new ConfigLoader(file, file.endsWith("exposed.yaml") ? Map.of() : SECRET);

    var thrown = catchThrowableOfType(ConfigException.class, loader::load);

    assertThat(thrown).as("the file must be refused").isNotNull();
    assertThat(thrown.getMessage()).doesNotContain("canary");
    var reported = new ArrayList<>(thrown.problems().stream().map(problem -> problem.render().substring(file.toString().length() + 1)).toList());
    for (String line : expected) {
      assertThat(reported).as("all of:%n%s", thrown.getMessage()).anyMatch(message -> message.startsWith(line));
      reported.removeIf(message -> message.startsWith(line));
    }
    assertThat(reported).as("problems nobody expects").isEmpty();
    assertThat(expected).as("# expect: lines").isNotEmpty();
  }
}
