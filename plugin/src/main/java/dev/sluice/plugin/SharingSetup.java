// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin;

import dev.sluice.plugin.config.SluiceConfig;
import dev.sluice.plugin.config.StoreSettings;
import dev.sluice.plugin.sharing.CapacitySharing;
import dev.sluice.plugin.time.Clocks;
import dev.sluice.routing.redis.RedisLink;
import dev.sluice.routing.slice.SliceDesk;
import dev.sluice.routing.slice.SliceListener;
import dev.sluice.scheduler.Scheduler;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** Puts together how this process shares capacity with others. */
final class SharingSetup {
  /** A part that is wanted elsewhere changes hands within two of these. */
  private static final Duration PERIOD = Duration.ofMillis(250);

  private static final Path HOST_NAME = Path.of("/proc/sys/kernel/hostname");

  private SharingSetup() {}

  /** Begins to share as {@code config} says; empty if it says not to. */
  static Optional<CapacitySharing> of(SluiceConfig config, Scheduler scheduler, RedisLink redis, SliceListener listener) {
    SluiceConfig.SharingSettings settings = config.scheduler().sharing();
    if (!settings.enabled()) {
      return Optional.empty();
    }
    SliceDesk.Bounds bounds =
        new SliceDesk.Bounds(
            settings.group(),
            settings.node().orElseGet(() -> host() + ":" + config.runner().socket()),
            settings.expectedNodes(),
            PERIOD,
            settings.nodeLife(),
            config.stores().redis().map(StoreSettings.RedisSettings::deadline).orElseThrow());
    return Optional.of(new CapacitySharing(scheduler, redis, bounds, Clocks.monotonic(), listener));
  }

  /** The host's name, without asking the network. */
  private static String host() {
    try {
      return Files.readString(HOST_NAME).strip();
    } catch (IOException e) {
      try {
        return InetAddress.getLocalHost().getHostName();
      } catch (UnknownHostException unknown) {
        return "localhost";
      }
    }
  }
}
