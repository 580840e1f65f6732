// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.database;

import dev.sluice.routing.store.FailureCause;
import dev.sluice.routing.store.StoreException;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.output.MigrateResult;

/** Brings a database to the tables of this version. Immutable. */
public final class Schema {
  private static final String LOCATION = "classpath:dev/sluice/routing/database";

  private Schema() {}

  /**
   * What a migration came to. Immutable.
   *
   * @param applied steps taken; 0 if the database was up to date
   * @param version of the tables now
   */
  public record Migrated(int applied, String version) {}

  /**
   * Takes the steps that are missing, on an empty database all of them. Blocks.
   *
   * @throws StoreException if the database cannot be reached, cannot be written, or is not ours
   */
  public static Migrated migrate(DataSource source) throws StoreException {
    try {
      MigrateResult result = Flyway.configure(Schema.class.getClassLoader()).dataSource(source).locations(LOCATION).load().migrate();
      String version = result.targetSchemaVersion == null ? result.initialSchemaVersion : result.targetSchemaVersion;
      return new Migrated(result.migrationsExecuted, String.valueOf(version));
    } catch (FlywayException e) {
      // Flyway's message is a page; its first line tells enough.
      throw new StoreException(FailureCause.ERROR, "schema not migrated: " + String.valueOf(e.getMessage()).lines().filter(line -> !line.isBlank()).findFirst().orElse(""));
    }
  }
}
