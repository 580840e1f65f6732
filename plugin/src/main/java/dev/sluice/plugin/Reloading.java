// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin;

import dev.sluice.plugin.config.ConfigReload;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes a changed configuration file over, or says why not. Not thread-safe; confined to the watching thread. */
final class Reloading {
  private static final Logger log = LoggerFactory.getLogger(Reloading.class);

  private final ConfigReload reload;
  private final LiveSettings live;
  private final ProviderSetup providers;
  private final ChargeSetup charges;

  Reloading(ConfigReload reload, LiveSettings live, ProviderSetup providers, ChargeSetup charges) {
    this.reload = reload;
    this.live = live;
    this.providers = providers;
    this.charges = charges;
  }

  /** Reads the file again; every part agrees, or nothing changes. */
  void run() {
    switch (reload.prepare()) {
      case ConfigReload.Prepared.Unchanged unchanged -> log.debug("configuration unchanged");
      case ConfigReload.Prepared.Invalid invalid ->
          log.error("configuration not reloaded, the one before stays in force: {}", invalid.problems());
      case ConfigReload.Prepared.Ready ready -> apply(ready);
    }
  }

  private void apply(ConfigReload.Prepared.Ready ready) {
    LiveSettings.Prepared change;
    ProviderSetup.Prepared next;
    try {
      change = live.prepare(ready.next().config());
      next = providers.prepare(ready.next().config());
    } catch (IllegalArgumentException e) {
      log.error("configuration not reloaded, the one before stays in force: {}", e.getMessage());
      return;
    }
    // The catalogue first: a lease on a provider that it lacks could not be sent anywhere.
    next.commit();
    change.commit();
    providers.tellScheduler();
    charges.reload(ready.next().config());
    reload.commit(ready);
    log.info("configuration reloaded changed={} need_restart={}", ready.applied(), ready.needRestart());
  }
}
