// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.servers;

import dev.sluice.routing.database.Schema;
import dev.sluice.routing.store.StoreException;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;

/**
 * A database of a real PostgreSQL on a free loopback port, as shipped to Maven Central. The server writes without syncing, so it tells nothing
 * about durability. Thread-safe.
 */
public final class PostgresServer implements AutoCloseable {
  /** Connections that the server takes, of administrators too. */
  public static final int CONNECTIONS = 50;

  private static final AtomicInteger databases = new AtomicInteger();

  private final EmbeddedPostgres server;
  private final String database;
  private final boolean owned;

  /** The server of all who only need tables of their own; it ends with the process. */
  private static final class Shared {
    static final EmbeddedPostgres SERVER = start();

    private static EmbeddedPostgres start() {
      try {
        return settings().start();
      } catch (IOException e) {
        throw new ExceptionInInitializerError(e);
      }
    }
  }

  private PostgresServer(EmbeddedPostgres server, String database, boolean owned) {
    this.server = server;
    this.database = database;
    this.owned = owned;
  }

  /** Starts a server, for those who stop it; takes some seconds. */
  public static PostgresServer start() throws IOException {
    return new PostgresServer(settings().start(), "postgres", true);
  }

  /** An empty database of its own on a server that others have theirs on; closing it drops it. */
  public static PostgresServer database() throws SQLException {
    String name = "test_" + databases.incrementAndGet();
    run(Shared.SERVER, "CREATE DATABASE " + name);
    return new PostgresServer(Shared.SERVER, name, false);
  }

  /** Starts a server on a copy of this one's files, made in {@code folder} while this one runs; it recovers for ever, and only reads. */
  public PostgresServer standby(Path folder) throws IOException, SQLException {
    try (Connection connection = server.getPostgresDatabase().getConnection();
        Statement statement = connection.createStatement()) {
      Path files = Path.of(text(statement, "SHOW data_directory"));
      statement.execute("SELECT pg_backup_start('standby', true)");
      copy(files, folder);
      Files.writeString(folder.resolve("backup_label"), text(statement, "SELECT labelfile FROM pg_backup_stop(false)"));
      copy(files.resolve("pg_wal"), folder.resolve("pg_wal"));
    }
    Files.createFile(folder.resolve("standby.signal"));
    return new PostgresServer(settings().setDataDirectory(folder).setCleanDataDirectory(false).start(), database, true);
  }

  private static String text(Statement statement, String query) throws SQLException {
    try (var rows = statement.executeQuery(query)) {
      rows.next();
      return rows.getString(1);
    }
  }

  /** Copies what is there; files that go meanwhile are none that a backup needs. */
  private static void copy(Path from, Path to) throws IOException {
    Files.walkFileTree(
        from,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) throws IOException {
            Files.createDirectories(to.resolve(from.relativize(folder)), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
            if (!file.getFileName().toString().startsWith("postmaster.")) {
              Files.write(to.resolve(from.relativize(file)), Files.readAllBytes(file));
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException gone) {
            return FileVisitResult.CONTINUE;
          }
        });
  }

  private static void run(EmbeddedPostgres server, String sql) throws SQLException {
    try (Connection connection = server.getPostgresDatabase().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static EmbeddedPostgres.Builder settings() {
    return EmbeddedPostgres.builder().setServerConfig("max_connections", Integer.toString(CONNECTIONS));
  }

  public int port() {
    return server.getPort();
  }

  /** The address as JDBC wants it, for a client that reaches the server on {@code port}, its own or a proxy's. */
  public String jdbcUrl(int port) {
    return server.getJdbcUrl("postgres", database).replace(":" + server.getPort() + "/", ":" + port + "/");
  }

  public String jdbcUrl() {
    return jdbcUrl(port());
  }

  /** The database, as one who is no proxy's client sees it; connections are made anew each time. */
  public DataSource dataSource() {
    return server.getDatabase("postgres", database);
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
    if (owned) {
      server.close();
      return;
    }
    try {
      run(server, "DROP DATABASE " + database + " WITH (FORCE)");
    } catch (SQLException e) {
      throw new IOException(e);
    }
  }
}
