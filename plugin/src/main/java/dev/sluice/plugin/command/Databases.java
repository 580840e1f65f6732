// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.command;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The database that a command is to work on. Immutable. */
final class Databases {
  /** The flag that names it. */
  static final String FLAG = "database";

  private static final String EXPECTED = "jdbc:postgresql://HOST/DATABASE";

  private Databases() {}

  /** Opens the database that {@code --database} names, if it does; user and password may come from PGUSER and PGPASSWORD. */
  static Optional<HikariDataSource> open(Arguments arguments, Map<String, String> environment) throws UsageException {
    Optional<String> url = arguments.value(FLAG);
    return url.isEmpty() ? Optional.empty() : Optional.of(open(FLAG, url.get(), environment));
  }

  /** Opens the database that the flag of this name says. */
  static HikariDataSource open(String flag, String url, Map<String, String> environment) throws UsageException {
    if (!url.startsWith("jdbc:postgresql:")) {
      throw new UsageException("--" + flag + ": not understood (expected: " + EXPECTED + "; the password in PGPASSWORD)");
    }
    var config = new HikariConfig();
    config.setJdbcUrl(url);
    Optional.ofNullable(environment.get("PGUSER")).ifPresent(config::setUsername);
    Optional.ofNullable(environment.get("PGPASSWORD")).ifPresent(config::setPassword);
    // Migrations take a lock on one connection and work on another.
    config.setMaximumPoolSize(4);
    config.setMinimumIdle(0);
    config.setConnectionTimeout(5_000);
    config.setInitializationFailTimeout(-1);
    return new HikariDataSource(config);
  }

  /** The same, where there must be one. */
  static HikariDataSource opened(Arguments arguments, Map<String, String> environment) throws UsageException {
    return open(arguments, environment).orElseThrow(() -> new UsageException("--" + FLAG + ": missing (expected: --" + FLAG + " " + EXPECTED + ")"));
  }

  /** The flags of a command that may name a database. */
  static List<String> with(List<String> flags) {
    var all = new ArrayList<>(flags);
    all.add(FLAG);
    return List.copyOf(all);
  }
}
