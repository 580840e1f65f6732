// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.database;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.sluice.routing.config.Secret;
import java.time.Duration;
import javax.sql.DataSource;

/**
 * The connections to PostgreSQL: one pool for looking keys up, whose calls are short, and one for everything else, so that neither waits for
 * the other. Thread-safe. Opening it connects to nobody; a server that is away is found again as soon as somebody asks.
 */
public final class Database implements AutoCloseable {
  private static final int WORK_CONNECTIONS = 4;
  private static final Duration WORK_WAIT = Duration.ofSeconds(2);
  private static final int WORK_READ_SECONDS = 60;
  private static final Duration SHORTEST_WAIT = Duration.ofMillis(250);

  /** Enough to close what is open; Hikari itself waits seconds for attempts to connect, and a process that ends has not got them. */
  private static final Duration CLOSING = Duration.ofMillis(200);

  private final HikariDataSource lookups;
  private final HikariDataSource work;

  /** Connections that are made when they are needed. */
  public Database(DatabaseSettings settings) {
    // As long as a look-up may take, or who has a long deadline would be told by a shorter one that a slow server is away.
    Duration lookup = settings.deadline().compareTo(SHORTEST_WAIT) > 0 ? settings.deadline() : SHORTEST_WAIT;
    lookups = pool("sluice-keys", settings, settings.poolSize(), lookup, seconds(lookup));
    work = pool("sluice-work", settings, WORK_CONNECTIONS, WORK_WAIT, WORK_READ_SECONDS);
  }

  private static HikariDataSource pool(String name, DatabaseSettings settings, int size, Duration wait, int readSeconds) {
    var config = new HikariConfig();
    config.setPoolName(name);
    config.setJdbcUrl(settings.url());
    settings.user().ifPresent(config::setUsername);
    settings.password().map(Secret::reveal).ifPresent(config::setPassword);
    config.setMaximumPoolSize(size);
    // None is made ahead, as Hikari backs off where nobody waits; none is taken away either.
    config.setMinimumIdle(0);
    config.setIdleTimeout(0);
    config.setInitializationFailTimeout(-1);
    config.setConnectionTimeout(wait.toMillis());
    config.setValidationTimeout(SHORTEST_WAIT.toMillis());
    config.addDataSourceProperty("ApplicationName", name);
    config.addDataSourceProperty("connectTimeout", "1");
    config.addDataSourceProperty("loginTimeout", Integer.toString(Math.max(2, seconds(wait))));
    config.addDataSourceProperty("socketTimeout", Integer.toString(readSeconds));
    config.addDataSourceProperty("tcpKeepAlive", "true");
    return new HikariDataSource(config);
  }

  /** Rounded up, as the driver counts in whole ones. */
  private static int seconds(Duration time) {
    return (int) time.plusMillis(999).toSeconds();
  }

  /** Connections for everything but look-ups: administration, rules, quotas, usage. */
  public DataSource dataSource() {
    return work;
  }

  DataSource lookups() {
    return lookups;
  }

  /** Takes at most 0.2 s: attempts to connect are left to end by themselves. */
  @Override
  public void close() {
    Thread closing =
        Thread.ofPlatform()
            .daemon()
            .name("sluice-database-close")
            .start(
                () -> {
                  lookups.close();
                  work.close();
                });
    try {
      closing.join(CLOSING);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
