// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.routing.Traits;
import dev.sluice.routing.rule.RuleBook;
import dev.sluice.routing.rule.RuleTable;
import dev.sluice.routing.servers.PostgresServer;
import dev.sluice.routing.store.StoreException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

class SchemaTest {
  private static PostgresServer server;
  private static DataSource database;

  @BeforeAll
  static void start() throws Exception {
    server = PostgresServer.database();
    database = server.dataSource();
  }

  @AfterAll
  static void stop() throws Exception {
    server.close();
  }

  @AfterEach
  void empty() throws SQLException {
    run("DROP SCHEMA public CASCADE; CREATE SCHEMA public");
  }

  @Test
  void anEmptyDatabaseGetsEveryTableOnce() throws Exception {
    assertThat(Schema.migrate(database).applied()).isEqualTo(2);
    assertThat(Schema.migrate(database)).isEqualTo(new Schema.Migrated(0, "2"));
    for (String table : new String[] {"organisations", "accounts", "api_keys", "routing_rules", "quotas", "time_windows", "usage", "audit"}) {
      run("SELECT 1 FROM " + table);
    }
  }

  @Test
  void theDatabaseOfTheVersionBeforeKeepsItsRows() throws Exception {
    Flyway.configure().dataSource(database).locations("classpath:dev/sluice/routing/database").target("1").load().migrate();
    run(
        """
        INSERT INTO organisations (id, name) VALUES ('acme', 'Acme');
        INSERT INTO accounts (id, organisation, team) VALUES ('web', 'acme', 'search');
        INSERT INTO api_keys (id, fingerprint, account) VALUES ('k', sha256('k'), 'web');
        INSERT INTO routing_rules (id, priority_order, match_tier, level) VALUES ('old', 10, 'spot', 4)""");

    assertThat(Schema.migrate(database)).isEqualTo(new Schema.Migrated(1, "2"));

    run("INSERT INTO routing_rules (id, priority_order, match_organisation, match_team, level) VALUES ('new', 20, 'acme', 'search', 0)");
    var book = new RuleBook();
    new RuleTable(database, book).reload();
    assertThat(book.current().first("k", traits("acme", "search", "spot")).orElseThrow().id()).isEqualTo("old");
    assertThat(book.current().first("k", traits("acme", "search", "premium")).orElseThrow().id()).isEqualTo("new");
    assertThat(book.current().first("k", traits("acme", "ads", "premium"))).isEmpty();
    assertThat(book.current().first("k", traits("other", "search", "premium"))).isEmpty();
    try (var connection = database.getConnection();
        var rows = connection.createStatement().executeQuery("SELECT account FROM api_keys")) {
      assertThat(rows.next()).isTrue();
      assertThat(rows.getString(1)).isEqualTo("web");
    }
  }

  @Test
  void aStandbyThatIsUpToDateNeedsNothing() throws Exception {
    Schema.migrate(database);
    var standby = new PGSimpleDataSource();
    standby.setUrl(server.jdbcUrl() + "&options=-c%20default_transaction_read_only%3Don");
    assertThat(Schema.migrate(standby).applied()).isZero();
  }

  @Test
  void whoeverIsAwayOrSomebodyElsesIsSaidSo() throws Exception {
    var away = new PGSimpleDataSource();
    away.setUrl("jdbc:postgresql://127.0.0.1:1/postgres");
    assertThatThrownBy(() -> Schema.migrate(away)).isInstanceOf(StoreException.class);
    run("CREATE TABLE theirs (id text)");
    assertThatThrownBy(() -> Schema.migrate(database)).isInstanceOf(StoreException.class).hasMessageContaining("not migrated");
  }

  private static Traits traits(String organisation, String team, String tier) {
    return new Traits(Optional.of(organisation), Optional.of(team), Optional.empty(), Optional.of(tier), Optional.empty(), Optional.empty());
  }

  private static void run(String sql) throws SQLException {
    try (Connection connection = database.getConnection();
        var statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
