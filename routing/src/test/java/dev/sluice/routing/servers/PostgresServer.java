// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.servers;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;

/**
 * A real PostgreSQL on a free loopback port, as shipped to Maven Central. It writes without syncing, so it tells nothing about durability.
 * Thread-safe.
 */
public final class PostgresServer implements AutoCloseable {
  private final EmbeddedPostgres server;

  private PostgresServer(EmbeddedPostgres server) {
    this.server = server;
  }

  /** Starts one; takes about a second. */
  public static PostgresServer start() throws IOException {
    return new PostgresServer(EmbeddedPostgres.builder().setServerConfig("max_connections", "50").start());
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

  @Override
  public void close() throws IOException {
    server.close();
  }
}
