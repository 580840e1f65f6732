// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.command;

import com.zaxxer.hikari.HikariDataSource;
import dev.sluice.routing.database.Schema;
import dev.sluice.routing.store.StoreException;
import java.util.List;

/** {@code sluice database migrate}: brings the tables of a database to this version. Immutable. */
final class DatabaseCommand {
  private DatabaseCommand() {}

  static int run(List<String> args, Surface surface) throws UsageException {
    if (args.isEmpty() || !args.getFirst().equals("migrate")) {
      throw new UsageException((args.isEmpty() ? "no action" : Arguments.shown(args.getFirst()) + ": unknown action") + " (expected: migrate)");
    }
    Arguments arguments = Arguments.parse(args.subList(1, args.size()), List.of(Databases.FLAG), List.of());
    arguments.expectRest(0, "no arguments besides flags");
    try (HikariDataSource source = Databases.opened(arguments, surface.environment())) {
      Schema.Migrated migrated = Schema.migrate(source);
      surface.out().println(migrated.applied() == 0 ? "up to date, version " + migrated.version() : migrated.applied() + " steps taken, version " + migrated.version() + " now");
      return Commands.OK;
    } catch (StoreException e) {
      // The message has the address, and may have what was in it.
      surface.err().println("sluice database migrate: the database cannot be reached or written, or its tables are not ours");
      return Commands.FAILED;
    }
  }
}
