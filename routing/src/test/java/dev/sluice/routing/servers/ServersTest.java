// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.servers;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.RedisClient;
import java.sql.DriverManager;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;

class ServersTest {
  @Test
  void theSchemaAppliesToAnEmptyDatabase() throws Exception {
    try (PostgresServer server = PostgresServer.start()) {
      Flyway.configure().dataSource(server.jdbcUrl(), null, null).locations("classpath:dev/sluice/routing/database").load().migrate();
      try (var connection = DriverManager.getConnection(server.jdbcUrl());
          var rows = connection.createStatement().executeQuery("SELECT count(*) FROM api_keys")) {
        assertThat(rows.next()).isTrue();
        assertThat(rows.getInt(1)).isZero();
      }
    }
  }

  @Test
  void redisAnswers() throws Exception {
    try (RedisServer server = RedisServer.start();
        RedisClient client = RedisClient.create("redis://127.0.0.1:" + server.port())) {
      assertThat(client.connect().sync().ping()).isEqualTo("PONG");
    }
  }
}
