// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.routing.config.Key;
import dev.sluice.routing.config.Problems;
import dev.sluice.routing.config.Section;
import dev.sluice.routing.config.Values;
import dev.sluice.routing.config.YamlReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Run with {@code -Dsluice.write=true} to write the generated files instead of comparing them. */
class GeneratedFilesTest {
  private static final Path SCHEMA = Path.of("../conf/sluice.schema.json");
  private static final Path REFERENCE = Path.of("../docs/configuration.md");
  private static final Path SHIPPED = Path.of("../conf/sluice.yaml");

  @Test
  void theSchemaIsWhatTheKeysSay() throws IOException {
    compare(SCHEMA, JsonSchema.render());
  }

  @Test
  void theReferenceIsWhatTheKeysSay() throws IOException {
    compare(REFERENCE, ReferenceTable.render());
  }

  @Test
  void theSchemaIsJsonWithEverySection() {
    JsonNode schema = JsonMapper.builder().build().readTree(JsonSchema.render());

    assertThat(schema.get("properties").propertyNames())
        .containsExactly("runner", "scheduler", "bucket_scheduler", "token_routing", "rules", "trusted_networks", "time_windows", "stores", "provider", "quotas", "prices", "protection", "observability", "events", "admin");
    assertThat(schema.at("/properties/scheduler/properties/priority_levels/maximum").asInt()).isEqualTo(20);
    assertThat(schema.at("/properties/provider/properties/local/additionalProperties/additionalProperties").asBoolean()).isFalse();
  }

  @Test
  void theShippedFileIsGood() throws Exception {
    LoadedConfig loaded = new ConfigLoader(SHIPPED, Map.of("SLUICE_EVENTS_SECRET", "e")).load();

    assertThat(loaded.config().providers()).singleElement().satisfies(provider -> assertThat(provider.metadata().name()).isEqualTo("local-a"));
  }

  @Test
  void theShippedFileNamesEveryKeyWithItsDefault() throws IOException {
    String shipped = Files.readString(SHIPPED);
    var missing = new ArrayList<String>();
    SluiceDocument.ROOT.sections().forEach(section -> check(section, shipped, missing));

    assertThat(missing).isEmpty();
  }

  private static void check(Section section, String shipped, List<String> missing) {
    int start = shipped.indexOf("\n" + section.name() + ":");
    assertThat(start).as(section.name()).isNotNegative();
    int end = shipped.indexOf("\n\n", start);
    String part = shipped.substring(start, end < 0 ? shipped.length() : end);
    keys(section, part, missing);
  }

  private static void keys(Section section, String part, List<String> missing) {
    for (Key<?> key : section.keys()) {
      boolean exact = key.fallback().isPresent() && section.shape() == Section.Shape.SINGLE;
      String written = exact ? key.name() + ": " + shown(key) : key.name();
      if (!part.matches("(?s).*\\b" + Pattern.quote(written) + "([\\s,:;].*)?")) {
        missing.add(section.name() + "." + written);
      }
    }
    section.sections().forEach(inner -> keys(inner, part, missing));
  }

  /** A key's default as a person writes it. */
  private static <T> String shown(Key<T> key) {
    if (key.fallback().isEmpty()) {
      return "";
    }
    String text = key.fallback().get();
    return text.isEmpty() ? (key.kind().expected().startsWith("a list") ? "[]" : "{}") : text;
  }

  @Test
  void theExamplesInTheShippedFileAreGood() throws Exception {
    String uncommented =
        Files.readString(SHIPPED)
            .replace("        - \"*\" ", "        # - \"*\" ")
            .replaceAll("(?m)^( *)# ( *(- \\{?)?(local-b|\\w+):)", "$1$2");
    Path file = Files.createTempFile("sluice", ".yaml");
    try {
      Files.writeString(file, uncommented);
      var environment = Map.of("LLM_API_KEY", "k", "SLUICE_EVENTS_SECRET", "e", "SLUICE_ADMIN_KEY", "a", "SLUICE_REDIS_PASSWORD", "r", "SLUICE_PG_PASSWORD", "p", "SLUICE_OLD_PEPPER", "11".repeat(32), "SLUICE_HOOK_SECRET", "h");
      LoadedConfig loaded = new ConfigLoader(file, environment).load();
      assertThat(loaded.config().scheduler().lanes().getFirst().weight()).isEqualTo(32);
      assertThat(loaded.config().providers().getFirst().models().getFirst().model()).isEqualTo("llama-3.3-70b");
    } finally {
      Files.delete(file);
    }
  }

  @Test
  void theEffectiveConfigurationIsYaml() throws Exception {
    Values values = new ConfigLoader(SHIPPED, Map.of("SLUICE_EVENTS_SECRET", "e")).load().values();
    var problems = new Problems();

    assertThat(YamlReader.read("effective", EffectiveConfig.render(values), problems)).isPresent();
    assertThat(problems.list()).isEmpty();
  }

  private static void compare(Path file, String text) throws IOException {
    if (Boolean.getBoolean("sluice.write")) {
      Files.writeString(file, text);
    }
    assertThat(file).as("run this test with -Dsluice.write=true").hasContent(text);
  }
}
