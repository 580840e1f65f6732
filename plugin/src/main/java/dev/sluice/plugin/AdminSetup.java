// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin;

import dev.sluice.plugin.admin.AdminHandler;
import dev.sluice.plugin.admin.AdminKeys;
import dev.sluice.plugin.admin.AdminKeys.AdminKey;
import dev.sluice.plugin.admin.AdminKeys.Role;
import dev.sluice.plugin.admin.api.AdminApi;
import dev.sluice.plugin.admin.api.SnapshotControl;
import dev.sluice.plugin.admission.AdmissionDesk;
import dev.sluice.plugin.config.AdminRole;
import dev.sluice.plugin.config.PepperSource;
import dev.sluice.plugin.config.SluiceConfig;
import dev.sluice.plugin.decision.DecisionLog;
import dev.sluice.plugin.entitle.Standings;
import dev.sluice.plugin.http.BearerSecret;
import dev.sluice.plugin.time.Clocks;
import dev.sluice.routing.KeyFingerprint;
import dev.sluice.routing.config.ConfigException;
import dev.sluice.routing.key.KeyFile;
import dev.sluice.routing.key.KeyFileEditor;
import dev.sluice.routing.key.KeyMint;
import dev.sluice.routing.key.Pepper;
import dev.sluice.routing.registry.Changes;
import dev.sluice.routing.registry.Entities;
import dev.sluice.routing.registry.Entity;
import dev.sluice.routing.registry.Fault;
import dev.sluice.routing.registry.RowCheck;
import dev.sluice.routing.store.KeyStores;
import dev.sluice.routing.window.WindowTable;
import java.security.SecureRandom;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ObjectNode;

/** Builds what answers on the admin port. */
final class AdminSetup {
  private static final Logger log = LoggerFactory.getLogger(AdminSetup.class);
  private static final int SAFE_KEY_CHARS = 16;

  private AdminSetup() {}

  /** What changes of the database reach, in a process that has one. Immutable. */
  record Database(StoreAccess stores, SenderTables tables, ChargeSetup charges) implements Changes {
    /** Reads what other nodes and commands may have changed; blocks. */
    void refresh() {
      tables.reload();
      charges.refresh();
    }

    @Override
    public void keyChanged(KeyFingerprint fingerprint) {
      stores.stores().changes().changed(fingerprint);
    }

    @Override
    public void rulesChanged() {
      tables.rulesChanged();
    }

    @Override
    public void quotasChanged() {
      charges.refresh();
    }

    @Override
    public void windowsChanged() {
      tables.windowsChanged();
    }
  }

  /** Who hears of changes: the database's listener, if there is a database, else the key file's. Immutable. */
  record Told(Optional<Database> database, Changes file) {
    static Told of(Optional<Database> database, Optional<KeyFile> file) {
      // The file is watched as well; this way whoever revoked a key need not wait for that.
      return new Told(
          database,
          file.<Changes>map(
                  keys ->
                      new Changes() {
                        @Override
                        public void keyChanged(KeyFingerprint fingerprint) {
                          keys.reload();
                        }
                      })
              .orElse(Changes.NONE));
    }

    Changes changes() {
      return database.<Changes>map(listener -> listener).orElse(file);
    }
  }

  /** The handler; keys were opened before, so their pepper is there. */
  static AdminHandler handler(SluiceConfig config, Map<String, String> environment, AdminHandler.Views views, AdmissionDesk desk, Standings standings, Optional<DecisionLog> decisions, Told told)
      throws ConfigException {
    SecureRandom random = new SecureRandom();
    Pepper pepper = PepperSource.of(config.tokenRouting(), environment).forStart(0, random);
    int levels = config.scheduler().lanes().size();
    AdminApi.Stores stores =
        new AdminApi.Stores(
            told.database().map(tables -> tables.stores().dataSource()),
            new KeyFileEditor(config.tokenRouting().keysFile()),
            new KeyMint(pepper, random),
            told.changes(),
            RowCheck.levels(levels).and((entity, row) -> windows(entity, row, levels)));
    AdminApi.Knowledge knowledge =
        new AdminApi.Knowledge(
            desk,
            told.database().map(tables -> new SnapshotStatus(tables.stores().stores())),
            sources -> new SenderDecisions(sources, standings),
            decisions.filter(log -> config.observability().decisionRecords() > 0),
            Clocks.wall());
    return new AdminHandler(keys(config), views, AdminApi.routes(stores, knowledge), Clocks.monotonic(), Executors.newVirtualThreadPerTaskExecutor());
  }

  private static AdminKeys keys(SluiceConfig config) {
    config.admin().keys().stream()
        .filter(key -> key.key().reveal().strip().length() < SAFE_KEY_CHARS)
        .forEach(key -> log.warn("admin key={} is short and can be guessed; take {} random characters or more", key.name(), SAFE_KEY_CHARS));
    List<AdminKey> keys =
        config.admin().keys().stream()
            .map(key -> new AdminKey(key.name(), key.role() == AdminRole.WRITE ? Role.WRITE : Role.READ, new BearerSecret(key.key().reveal())))
            .toList();
    return new AdminKeys(keys);
  }

  /** A time window that could not be put in force is not stored. */
  private static List<Fault> windows(Entity entity, ObjectNode row, int levels) {
    if (!entity.equals(Entities.TIME_WINDOWS) || !row.path("rule").isObject()) {
      return List.of();
    }
    try {
      WindowTable.parse(row.path("id").asString("window"), row.path("rule").toString(), levels);
      return List.of();
    } catch (ConfigException e) {
      return e.problems().stream().map(problem -> Fault.of("rule." + problem.path(), problem.value(), problem.expected())).toList();
    }
  }

  private record SnapshotStatus(KeyStores stores) implements SnapshotControl {
    @Override
    public Status status() {
      KeyStores.Standing standing = stores.standing();
      return new Status(
          standing.snapshotAge().map(age -> Clocks.wall().instant().minus(age)),
          standing.snapshotKeys(),
          standing.source().name().toLowerCase(Locale.ROOT));
    }

    @Override
    public Status refresh() {
      stores.renewSnapshot();
      return status();
    }
  }
}
