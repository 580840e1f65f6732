// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.plugin.config.ConfigLoader;
import dev.sluice.plugin.config.PolicyKind;
import dev.sluice.plugin.config.SluiceConfig;
import dev.sluice.routing.provider.ModelLimits;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConversionTest {
  @TempDir private Path folder;

  private SluiceConfig loaded(Conversion.Result result) throws Exception {
    assertThat(result.refusals()).isEmpty();
    Path file = Files.writeString(folder.resolve("sluice.yaml"), result.yaml());
    return new ConfigLoader(file, Map.of("SLUICE_EVENTS_SECRET", "e")).load().config();
  }

  private static Conversion.Result convert(String ini) {
    return Conversion.of(OldSettings.read(ini));
  }

  @Test
  void aFirstVersionIsCarriedOver() throws Exception {
    Conversion.Result result =
        convert(
            """
            [scheduler]
            scheduler_enabled = true
            scheduler_priority_levels=4
            scheduler_default_priority=3
            scheduler_policy=wfq
            scheduler_weights=8,4,2,1
            scheduler_max_queue_depth=300
            scheduler_queue_timeout_sec=120
            scheduler_max_tokens_per_sec=12000   # per second
            scheduler_max_rps=0
            scheduler_max_concurrent=7
            api_key_priority_enabled=true
            time_rules_enabled=true
            """);
    SluiceConfig config = loaded(result);

    assertThat(config.scheduler().lanes()).hasSize(4).extracting(SluiceConfig.LaneSettings::weight).containsExactly(8, 4, 2, 1);
    assertThat(config.scheduler().defaultPriority()).isEqualTo(3);
    assertThat(config.scheduler().policy()).isEqualTo(PolicyKind.WEIGHTED);
    assertThat(config.scheduler().lanes().getFirst().maxWait()).hasSeconds(50);
    ModelLimits limits = config.providers().getFirst().models().getFirst().limits();
    assertThat(limits.tokensPerSecond()).isEqualTo(12000);
    assertThat(limits.maxConcurrent()).isEqualTo(7);
    assertThat(String.join("\n", result.notes()))
        .contains("scheduler_max_tokens_per_sec: has a comment", "50s is written", "0 meant no limit", "api_key_priority_enabled: not carried over", "time_rules_enabled: not carried over");
  }

  @Test
  void aSecondVersionIsCarriedOverWithItsGuessesNamed() throws Exception {
    Conversion.Result result =
        convert("[scheduler]\ntype=bucket\n[bucket_scheduler]\nbucket_count=100\n[provider.local]\nmodels=llama-3, gpt-4o\nmax_rps=1000\n[provider.marketplace]\nenabled=true\n");
    SluiceConfig config = loaded(result);

    assertThat(config.providers().getFirst().models()).extracting(model -> model.model()).containsExactly("llama-3", "gpt-4o");
    assertThat(config.providers().getFirst().models().getFirst().limits().tokensPerSecond()).isEqualTo(100_000);
    assertThat(config.scheduler().lanes()).hasSize(10);
    assertThat(String.join("\n", result.notes()))
        .contains("bucket_count: not carried over", "a guess", "provider.marketplace.enabled: not carried over", "10 is written, the old default", "5 is written");
  }

  @ParameterizedTest
  @ValueSource(strings = {
    "", "scheduler_priority_levels=1", "scheduler_priority_levels=many", "scheduler_polic=wfq", "scheduler_policy=fifo",
    "scheduler_enabled=true\n[provider.local]\nmax_rps=5", "[unknown]\na=b", "scheduler_weights=1,2", "scheduler_weights=1,0",
    "scheduler_priority_levels=3\nscheduler_default_priority=5", "nonsense", "[open\nscheduler_max_rps=1", "scheduler_max_rps=1\nscheduler_max_rps=2"
  })
  void whatCannotBeUnderstoodIsRefused(String ini) {
    assertThat(convert(ini).refusals()).isNotEmpty();
  }

  @Test
  void aFewLevelsWithoutADefaultStayBelowTheirNumber() throws Exception {
    assertThat(loaded(convert("scheduler_priority_levels=3")).scheduler().defaultPriority()).isEqualTo(2);
  }
}
