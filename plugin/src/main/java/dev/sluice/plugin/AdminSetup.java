// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin;

import dev.sluice.plugin.admin.AdminHandler;
import dev.sluice.plugin.admin.AdminKeys;
import dev.sluice.plugin.admin.AdminKeys.AdminKey;
import dev.sluice.plugin.admin.AdminKeys.Role;
import dev.sluice.plugin.admin.api.AdminApi;
import dev.sluice.plugin.admission.AdmissionDesk;
import dev.sluice.plugin.config.AdminRole;
import dev.sluice.plugin.config.PepperSource;
import dev.sluice.plugin.config.SluiceConfig;
import dev.sluice.plugin.http.BearerSecret;
import dev.sluice.plugin.time.Clocks;
import dev.sluice.routing.config.ConfigException;
import dev.sluice.routing.key.KeyFileEditor;
import dev.sluice.routing.key.KeyMint;
import dev.sluice.routing.key.Pepper;
import dev.sluice.routing.registry.Changes;
import dev.sluice.routing.registry.RowCheck;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.function.UnaryOperator;
import javax.sql.DataSource;

/** Builds what answers on the admin port. */
final class AdminSetup {
  private AdminSetup() {}

  /** The handler; the key file was opened before, so its pepper is there. */
  static AdminHandler handler(SluiceConfig config, AdminHandler.Views views, AdmissionDesk desk, Optional<DataSource> database) throws ConfigException {
    SecureRandom random = new SecureRandom();
    Pepper pepper = PepperSource.of(config.tokenRouting(), System.getenv()).forStart(0, random);
    AdminApi.Stores stores =
        new AdminApi.Stores(database, new KeyFileEditor(config.tokenRouting().keysFile()), new KeyMint(pepper, random), Changes.NONE, RowCheck.NONE);
    AdminApi.Knowledge knowledge = new AdminApi.Knowledge(desk, Optional.empty(), UnaryOperator.identity(), Clocks.wall());
    return new AdminHandler(keys(config), views, AdminApi.routes(stores, knowledge), Clocks.monotonic(), Executors.newVirtualThreadPerTaskExecutor());
  }

  private static AdminKeys keys(SluiceConfig config) {
    List<AdminKey> keys =
        config.admin().keys().stream()
            .map(key -> new AdminKey(key.name(), key.role() == AdminRole.WRITE ? Role.WRITE : Role.READ, new BearerSecret(key.key().reveal())))
            .toList();
    return new AdminKeys(keys);
  }
}
