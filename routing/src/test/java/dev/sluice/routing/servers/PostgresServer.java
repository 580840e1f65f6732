// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.servers;

import dev.sluice.routing.database.Schema;
import dev.sluice.routing.store.StoreException;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.sql.DataSource;

/**
 * A real PostgreSQL on a free loopback port, as shipped to Maven Central. It writes without syncing, so it tells nothing about durability.
 * Thread-safe.
 */
public final class PostgresServer implements AutoCloseable {
  /** Connections that the server takes, of administrators too. */
  public static final int CONNECTIONS = 50;

  private final EmbeddedPostgres server;

  private PostgresServer(EmbeddedPostgres server) {
    this.server = server;
  }

  /** Starts one; takes about a second. */
  public static PostgresServer start() throws IOException {
    return new PostgresServer(settings().start());
  }

  /** Starts one whose files are in {@code folder} and stay there; as a standby it recovers for ever, and only reads. */
  public static PostgresServer start(Path folder, boolean standby) throws IOException {
    if (standby) {
      Files.createFile(folder.resolve("standby.signal"));
    }
    return new PostgresServer(settings().setDataDirectory(folder).setCleanDataDirectory(false).start());
  }

  private static EmbeddedPostgres.Builder settings() {
    return EmbeddedPostgres.builder().setServerConfig("max_connections", Integer.toString(CONNECTIONS));
  }

  public int port() {
    return server.getPort();
  }

  /** The address as JDBC wants it, for a client that reaches the server on {@code port}, its own or a proxy's. */
  public String jdbcUrl(int port) {
    return server.getJdbcUrl("postgres", "postgres").replace(":" + server.getPort() + "/", ":" + port + "/");
  }

  public String jdbcUrl() {
    return jdbcUrl(port());
  }

  /** The server, as one who is no proxy's client sees it; connections are made anew each time. */
  public DataSource dataSource() {
    return server.getPostgresDatabase();
  }

  /** Makes the tables of this version. */
  public void migrate() throws StoreException {
    Schema.Migrated migrated = Schema.migrate(dataSource());
    if (migrated.applied() == 0) {
      throw new IllegalStateException("tables are there already");
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
