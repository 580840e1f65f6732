// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.quota;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.routing.servers.PostgresServer;
import java.sql.DriverManager;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

class QuotaTableTest {
  @Test
  void quotasAreReadWithTheParentsThatTheirSubjectsHave() throws Exception {
    try (PostgresServer server = PostgresServer.database()) {
      server.migrate();
      try (var connection = DriverManager.getConnection(server.jdbcUrl());
          var statement = connection.createStatement()) {
        statement.execute(
            """
            INSERT INTO organisations (id, name) VALUES ('acme', 'Acme');
            INSERT INTO accounts (id, organisation, team) VALUES ('chat', 'acme', 'web'), ('lone', NULL, NULL);
            INSERT INTO api_keys (id, fingerprint, account) VALUES ('k1', sha256('k1'), 'chat');
            INSERT INTO quotas (id, scope, subject, kind, unit, amount, calendar, time_zone, reset_day, alert_percents, alert_webhook) VALUES
              ('o', 'organisation', 'acme', 'hard', 'tokens', 1000, 'day', 'Europe/Berlin', 1, '{50,100}', 'https://a.example/x'),
              ('o-month', 'organisation', 'acme', 'hard', 'tokens', 9000, 'month', 'Europe/Berlin', 1, '{}', NULL),
              ('t', 'team', 'web', 'reserved', 'tokens', 500, 'day', 'Europe/Berlin', 1, '{80}', NULL),
              ('a', 'account', 'chat', 'hard', 'money', 12.5, 'month', 'UTC', 15, '{80}', NULL),
              ('k', 'key', 'k1', 'burstable', 'tokens', 10, 'day', 'Europe/Berlin', 1, '{80}', NULL),
              ('l', 'account', 'lone', 'reserved', 'tokens', 10, 'day', 'Europe/Berlin', 1, '{80}', NULL),
              ('bad-zone', 'account', 'lone', 'hard', 'tokens', 10, 'day', 'Mars/Base', 1, '{80}', NULL),
              ('bad-hook', 'account', 'lone', 'hard', 'tokens', 10, 'day', 'UTC', 1, '{80}', 'file:///canary'),
              ('bad-amount', 'account', 'lone', 'hard', 'tokens', 99999999999999999, 'day', 'UTC', 1, '{80}', NULL);
            INSERT INTO quotas (id, scope, subject, kind, unit, amount, enabled) VALUES ('off', 'account', 'chat', 'hard', 'tokens', 1, false);
            """);
      }
      var database = new PGSimpleDataSource();
      database.setUrl(server.jdbcUrl());

      QuotaTable.Contents contents = QuotaTable.read(database);

      Map<String, Quota> quotas = contents.quotas().stream().collect(Collectors.toMap(Quota::id, Function.identity()));
      assertThat(quotas).containsOnlyKeys("o", "o-month", "t", "a", "k", "l");
      assertThat(quotas.get("t").parent()).contains("o");
      assertThat(quotas.get("k").parent()).contains("t");
      assertThat(quotas.get("l").parent()).isEmpty();
      assertThat(quotas.get("a").inside()).isEqualTo(12_500_000);
      assertThat(quotas.get("a").window().resetDay()).isEqualTo(15);
      assertThat(quotas.get("o").alert().percents()).containsExactly(50, 100);
      assertThat(contents.problems()).hasSize(3).noneMatch(problem -> problem.contains("canary"));
      assertThat(QuotaTree.of(contents.quotas()).quotas()).hasSize(6);
    }
  }
}
