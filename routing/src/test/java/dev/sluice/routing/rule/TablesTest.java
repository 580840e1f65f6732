// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.rule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.routing.Traits;
import dev.sluice.routing.servers.PostgresServer;
import dev.sluice.routing.window.InForce;
import dev.sluice.routing.window.WindowBook;
import dev.sluice.routing.window.WindowTable;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

/** Rules and windows out of a real database. */
class TablesTest {
  private static final Traits PRODUCTION =
      new Traits(Optional.of("acme"), Optional.of("search"), Optional.of("production"), Optional.of("internal"), Optional.of("internal"), Optional.of("chat"));

  private static PostgresServer server;
  private static PGSimpleDataSource database;

  @BeforeAll
  static void start() throws Exception {
    server = PostgresServer.database();
    database = new PGSimpleDataSource();
    database.setUrl(server.jdbcUrl());
    server.migrate();
  }

  @AfterAll
  static void stop() throws Exception {
    server.close();
  }

  @BeforeEach
  void empty() throws SQLException {
    run("DELETE FROM routing_rules; DELETE FROM time_windows");
  }

  private static void run(String sql) throws SQLException {
    try (Connection connection = database.getConnection();
        var statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  @Test
  void everyColumnOfARuleIsRead() throws SQLException {
    run(
        """
        INSERT INTO routing_rules (id, priority_order, match_organisation, match_team, match_tier, match_environment, match_account_type, match_workload_tag, match_key,
          match_key_kind, level, weight, tokens_per_second, requests_per_second, max_depth, max_wait_ms, quota_multiplier)
        VALUES ('full', 7, 'acme', 'search', 'internal', 'production', 'internal', 'chat', '^web-[0-9]+$', 'regex', 1, 2.5, 300, 4, 5, 6000, 1.5);
        INSERT INTO routing_rules (id, priority_order) VALUES ('bare', 9);
        INSERT INTO routing_rules (id, priority_order, enabled) VALUES ('off', 0, false)""");
    var book = new RuleBook();
    assertThat(new RuleTable(database, book).reload()).isEqualTo(new Reloaded.Done(2));
    RoutingRule full = book.current().first("web-7", PRODUCTION).orElseThrow();
    assertThat(full.id()).isEqualTo("full");
    assertThat(full.terms().level()).hasValue(1);
    assertThat(full.terms().weight()).hasValue(2.5);
    assertThat(full.terms().tokensPerSecond()).hasValue(300);
    assertThat(full.terms().requestsPerSecond()).hasValue(4);
    assertThat(full.terms().maxDepth()).hasValue(5);
    assertThat(full.terms().maxWait()).contains(Duration.ofSeconds(6));
    assertThat(full.terms().quotaMultiplier().orElseThrow()).isEqualByComparingTo(new BigDecimal("1.5"));
    assertThat(book.current().first("web-x", PRODUCTION).orElseThrow().id()).isEqualTo("bare");
    Traits elsewhere = new Traits(Optional.of("acme"), Optional.of("ads"), PRODUCTION.environment(), PRODUCTION.tier(), PRODUCTION.accountType(), PRODUCTION.workloadTag());
    assertThat(book.current().first("web-7", elsewhere).orElseThrow().id()).isEqualTo("bare");
  }

  @Test
  void aRowThatIsNotFitKeepsWhatIsInForce() throws SQLException {
    run("INSERT INTO routing_rules (id, priority_order, level) VALUES ('good', 1, 3)");
    var book = new RuleBook();
    var table = new RuleTable(database, book);
    table.reload();
    run("INSERT INTO routing_rules (id, priority_order, match_key, match_key_kind) VALUES ('bad', 0, 'web-(', 'regex')");
    assertThat(table.reload()).isInstanceOfSatisfying(Reloaded.Refused.class, refused -> {
      assertThat(refused.id()).isEqualTo("bad");
      assertThat(refused.reason()).contains("missing closing )");
    });
    assertThat(book.current().rules()).singleElement().satisfies(rule -> assertThat(rule.id()).isEqualTo("good"));
  }

  @Test
  void aDatabaseThatIsAwayKeepsWhatIsInForce() throws SQLException {
    run("INSERT INTO routing_rules (id, priority_order) VALUES ('good', 1)");
    var book = new RuleBook();
    new RuleTable(database, book).reload();
    var away = new PGSimpleDataSource();
    away.setUrl("jdbc:postgresql://127.0.0.1:1/postgres");
    assertThat(new RuleTable(away, book).reload()).isEqualTo(new Reloaded.Failed("SQLSTATE 08001"));
    assertThat(new WindowTable(away, new WindowBook(), 5).reload()).isEqualTo(new Reloaded.Failed("SQLSTATE 08001"));
    assertThat(book.current().rules()).hasSize(1);
  }

  @Test
  void windowsAreReadInTheOrderOfTheirIds() throws SQLException {
    run(
        """
        INSERT INTO time_windows (id, rule) VALUES
          ('b', '{"start": "00:00", "end": "24:00", "level_delta": -1, "match_environment": "production"}'),
          ('a', '{"start": "00:00", "end": "24:00", "level_delta": 2, "days": ["monday", "tuesday"], "weights": [5, 4, 3, 2, 1]}');
        INSERT INTO time_windows (id, enabled, rule) VALUES ('c', false, '{"start": "00:00", "end": "24:00", "level_delta": 4}')""");
    var book = new WindowBook();
    assertThat(new WindowTable(database, book, 5).reload()).isEqualTo(new Reloaded.Done(2));
    InForce tuesday = book.plan().at(Instant.parse("2026-11-24T12:00:00Z"));
    assertThat(tuesday.active()).containsExactly("a", "b");
    assertThat(tuesday.levelDelta(PRODUCTION)).isEqualTo(-1);
    assertThat(tuesday.levelDelta(Traits.NONE)).isEqualTo(2);
    assertThat(tuesday.weights(5).orElseThrow()).containsExactly(5, 4, 3, 2, 1);
  }

  @Test
  void aWindowThatIsNotFitKeepsWhatIsInForceAndSaysWhy() throws SQLException {
    run("INSERT INTO time_windows (id, rule) VALUES ('w', '{\"start\": \"08:00\", \"end\": \"18:00\", \"level_delta\": 1}')");
    var book = new WindowBook();
    var table = new WindowTable(database, book, 5);
    table.reload();
    for (String rule : new String[] {
      "{\"start\": \"25:00\", \"end\": \"18:00\", \"level_delta\": 1}",
      "{\"start\": \"08:00\", \"end\": \"18:00\"}",
      "{\"start\": \"08:00\", \"end\": \"18:00\", \"levle_delta\": 1}",
      "{\"start\": \"08:00\", \"end\": \"18:00\", \"level_delta\": 1, \"time_zone\": \"Mars/Olympus\"}",
      "{\"start\": \"08:00\", \"end\": \"18:00\", \"weights\": [1, 2]}",
      "{\"id\": \"x\", \"start\": \"08:00\", \"end\": \"18:00\", \"level_delta\": 1}",
      "[]"
    }) {
      run("UPDATE time_windows SET rule = '" + rule + "'");
      assertThat(table.reload()).as(rule).isInstanceOfSatisfying(Reloaded.Refused.class, refused -> assertThat(refused.id()).isEqualTo("w"));
      assertThat(book.plan().windows()).hasSize(1);
    }
  }
}
