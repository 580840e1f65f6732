// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.usage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.routing.Traits;
import dev.sluice.routing.servers.Measured;
import dev.sluice.routing.servers.PostgresServer;
import dev.sluice.routing.usage.UsageWriter.Bounds;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

class UsageWriterTest {
  private static final Instant NOW = Instant.parse("2026-11-24T12:00:00Z");

  private final AtomicInteger written = new AtomicInteger();
  private final AtomicInteger dropped = new AtomicInteger();
  private final AtomicInteger failed = new AtomicInteger();
  private volatile String url = "";

  private final UsageListener listener =
      new UsageListener() {
        @Override
        public void written(int rows) {
          written.addAndGet(rows);
        }

        @Override
        public void dropped() {
          dropped.incrementAndGet();
        }

        @Override
        public void failed() {
          failed.incrementAndGet();
        }
      };

  private UsageWriter writer(int queue) {
    DataSource source =
        new PGSimpleDataSource() {
          @Override
          public Connection getConnection() throws SQLException {
            return DriverManager.getConnection(url);
          }
        };
    return new UsageWriter(source, InstantSource.fixed(NOW), new Bounds(queue, 50, Duration.ofMillis(20), Duration.ofSeconds(10)), listener);
  }

  private static PostgresServer database() throws Exception {
    PostgresServer server = PostgresServer.database();
    server.migrate();
    return server;
  }

  private static UsageRow row(String lease) {
    var traits = new Traits(Optional.of("acme"), Optional.empty(), Optional.of("prod"), Optional.empty(), Optional.empty(), Optional.empty());
    return new UsageRow(lease, NOW, "k1", "a", traits, "llama", "local-a", 2, 100, 0, 20, new BigDecimal("0.000000123"), 7);
  }

  private long count(String sql) throws Exception {
    try (var connection = DriverManager.getConnection(url);
        var rows = connection.createStatement().executeQuery(sql)) {
      assertThat(rows.next()).isTrue();
      return rows.getLong(1);
    }
  }

  private static void until(BooleanSupplier holds) {
    long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (!holds.getAsBoolean()) {
      assertThat(System.nanoTime()).isLessThan(end);
      LockSupport.parkNanos(2_000_000);
    }
  }

  @Test
  void rowsAreWrittenOnceIntoTheMonthsPartition() throws Exception {
    try (PostgresServer server = database()) {
      url = server.jdbcUrl();
      try (UsageWriter writer = writer(1000)) {
        for (int i = 0; i < 120; i++) {
          writer.add(row("lease-" + i));
          writer.add(row("lease-" + i));
        }
        until(() -> written.get() == 240);
      }
      long wrong = Math.abs(count("SELECT count(*) FROM usage") - 120) + Math.abs(count("SELECT count(DISTINCT lease) FROM usage") - 120);
      assertThat(Measured.exactly("quotas: rows of usage missing or doubled after every row was sent twice", wrong, 0, "UsageWriterTest").print().holds()).isTrue();
      assertThat(count("SELECT count(*) FROM usage_2026_11")).isEqualTo(120);
      assertThat(count("SELECT count(*) FROM usage_2026_12")).isZero();
      assertThat(count("SELECT count(*) FROM usage WHERE organisation = 'acme' AND team IS NULL AND cost = 0.000000123 AND output_tokens = 20")).isEqualTo(120);
    }
  }

  @Test
  void aRowThatTheTableRefusesDoesNotHoldUpTheOthers() throws Exception {
    try (PostgresServer server = database()) {
      url = server.jdbcUrl();
      try (UsageWriter writer = writer(1000)) {
        writer.add(row("good-1"));
        writer.add(row("bad-\0"));
        writer.add(row("good-2"));
        until(() -> dropped.get() == 1 && written.get() == 2);
      }
      assertThat(count("SELECT count(*) FROM usage")).isEqualTo(2);
    }
  }

  @Test
  void aStoppedDatabaseKeepsTheLatestRowsWaitingAndTheOldestBeyondTheBoundAreCounted() throws Exception {
    PostgresServer first = PostgresServer.start();
    first.migrate();
    url = first.jdbcUrl();
    try (UsageWriter writer = writer(100)) {
      writer.add(row("before"));
      until(() -> written.get() == 1);
      first.close();
      for (int i = 0; i < 160; i++) {
        writer.add(row("lease-" + i));
      }
      until(() -> failed.get() > 1);
      until(() -> dropped.get() == 60);
      assertThat(writer.waiting()).isLessThanOrEqualTo(100);
      try (PostgresServer second = database()) {
        url = second.jdbcUrl();
        until(() -> written.get() == 101);
        long lost = 100 - count("SELECT count(*) FROM usage");
        assertThat(Measured.exactly("quotas: rows of usage lost over a stopped PostgreSQL beyond those the bound drops", lost, 0, "UsageWriterTest").print().holds()).isTrue();
        assertThat(count("SELECT count(*) FROM usage WHERE lease = 'lease-159'")).isEqualTo(1);
        assertThat(count("SELECT count(*) FROM usage WHERE lease = 'lease-59'")).isZero();
      }
    }
  }

  @Test
  void closingWritesWhatIsLeft() throws Exception {
    try (PostgresServer server = database()) {
      url = server.jdbcUrl();
      UsageWriter writer = writer(1000);
      for (int i = 0; i < 130; i++) {
        writer.add(row("lease-" + i));
      }
      writer.close();
      assertThat(count("SELECT count(*) FROM usage")).isEqualTo(130);
    }
  }
}
