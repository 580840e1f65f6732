// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.config;

import static dev.sluice.routing.config.Kinds.duration;
import static dev.sluice.routing.config.Kinds.flag;
import static dev.sluice.routing.config.Kinds.name;
import static dev.sluice.routing.config.Kinds.whole;

import dev.sluice.routing.config.Key;
import dev.sluice.routing.config.Section;
import dev.sluice.routing.config.Values;
import java.time.Duration;
import java.util.List;

/** The keys of {@code scheduler.shared_capacity}. Immutable. */
final class SharingKeys {
  static final Key<Boolean> ENABLED =
      Key.of("enabled", flag(), "true", "With `stores.redis`, use only this process's part of what providers can take; false uses all of it, whoever else does.").atStart();
  static final Key<String> GROUP =
      Key.of("group", name(64), "default", "Processes that use the same providers name the same group.").atStart();
  static final Key<String> NODE =
      Key.optional("node", name(128), "host name and `runner.socket`", "Name of this process, another for each of its group, and the same after a restart.").atStart();
  static final Key<Integer> EXPECTED_NODES =
      Key.of("expected_nodes", whole(1, 1000), "1", "Among how many capacity is divided while Redis has never answered.").atStart();
  static final Key<Duration> NODE_LIFE =
      Key.of(
          "node_life",
          duration(Duration.ofSeconds(10), Duration.ofHours(1)),
          "90s",
          "Time after which a process that is silent, without having been stopped, leaves its part to the others.").atStart();

  static final Section SECTION =
      Section.single(
          "shared_capacity",
          "Several processes on the same providers, which lease parts of their capacity from each other over Redis.",
          List.of(ENABLED, GROUP, NODE, EXPECTED_NODES, NODE_LIFE),
          List.of());

  static SluiceConfig.SharingSettings bind(Values values) {
    return new SluiceConfig.SharingSettings(
        values.get(ENABLED), values.get(GROUP), values.find(NODE), values.get(EXPECTED_NODES), values.get(NODE_LIFE));
  }

  private SharingKeys() {}
}
