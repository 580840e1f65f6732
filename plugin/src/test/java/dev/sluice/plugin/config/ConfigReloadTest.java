// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.plugin.config.ConfigReload.Prepared;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigReloadTest {
  private static final String TWO =
      """
      scheduler: {queue_timeout: 20s}
      events: {secret_env: E}
      provider:
        local:
          a: {models: [m]}
          b: {models: [m]}
      """;

  @TempDir private Path folder;

  @Test
  void theSameContentIsNoChange() throws Exception {
    ConfigReload reload = start(TWO);
    write("# a comment\n" + TWO);

    assertThat(reload.prepare()).isEqualTo(new Prepared.Unchanged());
  }

  @Test
  void changesAreToldApartByWhatTheyNeed() throws Exception {
    ConfigReload reload = start(TWO);
    write(TWO.replace("20s", "10s").replace("b: {models: [m]}", "b: {models: [m], max_concurrent: 4}") + "runner: {event_loops: 4}\n");

    assertThat(reload.prepare())
        .isInstanceOfSatisfying(
            Prepared.Ready.class,
            ready -> {
              assertThat(ready.applied()).containsExactly("provider.local.b.max_concurrent", "scheduler.queue_timeout");
              assertThat(ready.needRestart()).containsExactly("runner.event_loops");
              reload.commit(ready);
            });
    assertThat(reload.prepare()).isEqualTo(new Prepared.Unchanged());
  }

  @Test
  void aKeyOfALiveSectionMayStillNeedARestart() throws Exception {
    ConfigReload reload = start(TWO);
    write(TWO.replace("{queue_timeout: 20s}", "{queue_timeout: 20s, default_output_tokens: 9}"));

    assertThat(reload.prepare())
        .isInstanceOfSatisfying(
            Prepared.Ready.class,
            ready -> {
              assertThat(ready.applied()).isEmpty();
              assertThat(ready.needRestart()).containsExactly("scheduler.default_output_tokens");
            });
  }

  @Test
  void addedAndRemovedProvidersAndTheirOrderAreChanges() throws Exception {
    ConfigReload reload = start(TWO);
    write(TWO.replace("    a: {models: [m]}\n", ""));
    assertThat(reload.prepare())
        .isInstanceOfSatisfying(Prepared.Ready.class, ready -> assertThat(ready.applied()).contains("provider.local.a.models[0].model"));

    write(TWO.replace("    a: {models: [m]}\n", "").stripTrailing() + "\n    a: {models: [m]}\n");
    assertThat(reload.prepare()).isInstanceOf(Prepared.Ready.class);
  }

  @Test
  void aBadFileChangesNothing() throws Exception {
    ConfigReload reload = start(TWO);
    LoadedConfig before = reload.current();
    write(TWO.replace("20s", "20"));

    assertThat(reload.prepare()).isInstanceOfSatisfying(Prepared.Invalid.class, invalid -> assertThat(invalid.problems()).hasSize(1));
    assertThat(reload.current()).isSameAs(before);
    Files.delete(folder.resolve("sluice.yaml"));
    assertThat(reload.prepare()).isInstanceOf(Prepared.Invalid.class);
  }

  private ConfigReload start(String text) throws Exception {
    write(text);
    var loader = new ConfigLoader(folder.resolve("sluice.yaml"), Map.of("E", "e"));
    return new ConfigReload(loader, loader.load());
  }

  private void write(String text) throws Exception {
    Files.writeString(folder.resolve("sluice.yaml"), text);
  }
}
