// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.usage;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Timestamp;
import java.sql.Types;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;

/** The statements of the table {@code usage}. Not thread-safe; confined to the writer's thread. */
final class UsageTable {
  private static final String INSERT =
      "INSERT INTO usage (lease, at, key_id, account, organisation, team, environment, model, provider, lane,"
          + " input_tokens, cached_tokens, output_tokens, cost, waited_ms)"
          + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING";

  private UsageTable() {}

  /** Writes the rows in one transaction; those that are there already are left alone. */
  static void write(Connection connection, List<UsageRow> rows) throws SQLException {
    connection.setAutoCommit(false);
    try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
      for (UsageRow row : rows) {
        bind(insert, row);
        insert.addBatch();
      }
      insert.executeBatch();
      connection.commit();
    } catch (SQLException e) {
      rollback(connection, e);
      throw e;
    }
  }

  private static void rollback(Connection connection, SQLException cause) {
    try {
      connection.rollback();
    } catch (SQLException e) {
      cause.addSuppressed(e);
    }
  }

  private static void bind(PreparedStatement insert, UsageRow row) throws SQLException {
    insert.setString(1, row.lease());
    insert.setTimestamp(2, Timestamp.from(row.at()));
    insert.setString(3, row.keyId());
    insert.setString(4, row.account());
    optional(insert, 5, row.traits().organisation());
    optional(insert, 6, row.traits().team());
    optional(insert, 7, row.traits().environment());
    insert.setString(8, row.model());
    insert.setString(9, row.provider());
    insert.setInt(10, row.lane());
    insert.setLong(11, row.inputTokens());
    insert.setLong(12, row.cachedTokens());
    insert.setLong(13, row.outputTokens());
    insert.setBigDecimal(14, row.cost());
    insert.setLong(15, row.waitedMillis());
  }

  private static void optional(PreparedStatement insert, int index, Optional<String> value) throws SQLException {
    if (value.isPresent()) {
      insert.setString(index, value.get());
    } else {
      insert.setNull(index, Types.VARCHAR);
    }
  }

  /**
   * Makes the partitions of the month of {@code now} and of the next one where they are missing, months being UTC's.
   *
   * @throws SQLException also if the table for everything else already holds rows of such a month; rows then stay there
   */
  static void partitions(Connection connection, Instant now) throws SQLException {
    connection.setAutoCommit(true);
    YearMonth month = YearMonth.from(now.atZone(ZoneOffset.UTC));
    for (int ahead = 0; ahead < 2; ahead++) {
      YearMonth of = month.plusMonths(ahead);
      try (Statement create = connection.createStatement()) {
        create.execute(
            "CREATE TABLE IF NOT EXISTS usage_%04d_%02d PARTITION OF usage FOR VALUES FROM ('%s-01 00:00:00+00') TO ('%s-01 00:00:00+00')"
                .formatted(of.getYear(), of.getMonthValue(), of, of.plusMonths(1)));
      }
    }
  }
}
