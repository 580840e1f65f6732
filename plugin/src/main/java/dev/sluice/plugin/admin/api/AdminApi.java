// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.admin.api;

import dev.sluice.plugin.admission.AdmissionDesk;
import dev.sluice.plugin.decision.DecisionLog;
import dev.sluice.plugin.http.HttpAnswer;
import dev.sluice.routing.key.KeyFileEditor;
import dev.sluice.routing.key.KeyMint;
import dev.sluice.routing.registry.Audit;
import dev.sluice.routing.registry.Changes;
import dev.sluice.routing.registry.Entities;
import dev.sluice.routing.registry.Entity;
import dev.sluice.routing.registry.KeyRegistry;
import dev.sluice.routing.registry.Registry;
import dev.sluice.routing.registry.RowCheck;
import dev.sluice.routing.registry.UsageReport;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import javax.sql.DataSource;

/** Puts the routes of the JSON API together. Immutable. */
public final class AdminApi {
  private static final String ID_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789";
  private static final int ID_CHARS = 12;

  private AdminApi() {}

  /**
   * Where keys are kept.
   *
   * @param database the rows' database; without one, keys are in the file and there are no other rows
   * @param mint makes keys
   * @param changes hears what was changed
   * @param check what must hold of rows beyond their fields
   */
  public record Stores(Optional<DataSource> database, KeyFileEditor file, KeyMint mint, Changes changes, RowCheck check) {}

  /**
   * What other parts know.
   *
   * @param snapshot the snapshot of keys, if there is one
   * @param sources puts what else decides around what the stores know
   * @param decisions those made, if they are recorded
   */
  public record Knowledge(AdmissionDesk desk, Optional<SnapshotControl> snapshot, UnaryOperator<DecisionSources> sources, Optional<DecisionLog> decisions, InstantSource wall) {}

  /** Every route under {@code /v1} but the state of the pools. */
  public static List<Route> routes(Stores stores, Knowledge knowledge) {
    var random = new SecureRandom();
    Optional<Registry> registry =
        stores.database().map(source -> new Registry(source, RowCheck.levels(knowledge.desk().limits().levels()).and(stores.check()), stores.changes(), () -> id(random)));
    KeyStores keys =
        registry
            .<KeyStores>map(rows -> new DatabaseKeys(rows, new KeyRegistry(rows, stores.mint()), knowledge.wall()))
            .orElseGet(() -> new FileKeys(stores.file(), stores.mint(), stores.changes(), knowledge.wall()));
    DecisionSources known = registry.<DecisionSources>map(DatabaseSources::new).orElseGet(() -> new FileSources(stores.file()));
    var routes = new ArrayList<>(KeyRoutes.of(keys));
    for (Entity entity : Entities.ALL) {
      if (!entity.equals(Entities.KEYS)) {
        routes.addAll(new RowRoutes(registry).of(entity));
      }
    }
    routes.addAll(ReportRoutes.of(stores.database().map(UsageReport::new), stores.database().map(Audit::new), knowledge.snapshot(), knowledge.wall()));
    routes.add(RecordRoutes.of(knowledge.decisions()));
    routes.addAll(DecisionRoutes.of(knowledge.desk(), knowledge.sources().apply(known), knowledge.wall()));
    return List.copyOf(routes);
  }

  /** 60 random bits in letters that people do not confuse. */
  private static String id(SecureRandom random) {
    var id = new StringBuilder();
    for (int i = 0; i < ID_CHARS; i++) {
      id.append(ID_LETTERS.charAt(random.nextInt(ID_LETTERS.length())));
    }
    return id.toString();
  }

  /** Runs a route's handler; what is wrong with the call becomes a problem. */
  public static HttpAnswer run(Route route, ApiCall call) {
    try {
      return route.handler().apply(call);
    } catch (ProblemException e) {
      return e.answer();
    }
  }
}
