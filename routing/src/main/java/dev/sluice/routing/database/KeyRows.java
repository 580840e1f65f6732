// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.database;

import dev.sluice.routing.Entitlement;
import dev.sluice.routing.KeyFingerprint;
import dev.sluice.routing.KeyStatus;
import dev.sluice.routing.Terms;
import dev.sluice.routing.Traits;
import dev.sluice.routing.store.KeyRow;
import dev.sluice.routing.store.KeyTable;
import dev.sluice.routing.store.StoreException;
import java.nio.ByteBuffer;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The SQL of keys. Immutable. */
final class KeyRows {
  private static final Logger log = LoggerFactory.getLogger(KeyRows.class);

  private static final String COLUMNS =
      "k.fingerprint, k.id, k.account, k.environment, k.tier, k.workload_tag, k.level, k.weight, k.tokens_per_second, k.requests_per_second,"
          + " k.models, k.providers, k.expires_at, k.status, (k.version << 40) # (a.version << 20) # coalesce(o.version, 0) AS version, a.organisation, a.team, a.account_type, a.status AS account_status,"
          + " o.status AS organisation_status";

  private static final String JOINS = " JOIN accounts a ON a.id = k.account LEFT JOIN organisations o ON o.id = a.organisation";

  private static final String ONE = "SELECT " + COLUMNS + " FROM api_keys k" + JOINS + " WHERE k.fingerprint = ?";

  private static final String ALL = "SELECT " + COLUMNS + " FROM api_keys k" + JOINS + " ORDER BY k.fingerprint";

  private static final String INSTANT = "'epoch'::timestamptz + ? * interval '1 microsecond'";

  private static final String SINCE = "SELECT " + COLUMNS + " FROM api_keys k" + JOINS + " WHERE k.updated_at >= " + INSTANT + " LIMIT ?";

  private static final String ACCOUNTS_SINCE =
      "WITH since AS (SELECT " + INSTANT + " AS at) SELECT id FROM accounts, since WHERE updated_at >= since.at"
          + " UNION SELECT a.id FROM since, organisations o JOIN accounts a ON a.organisation = o.id WHERE o.updated_at >= since.at LIMIT ?";

  /** Without the keys that {@link #SINCE} finds. */
  private static final String OF_ACCOUNTS =
      "SELECT " + COLUMNS + " FROM api_keys k" + JOINS + " WHERE k.account = ANY (?) AND k.updated_at < " + INSTANT + " LIMIT ?";

  private static final String NOW = "SELECT (extract(epoch FROM now()) * 1000000)::bigint";

  /** Later than any row, and still a time that PostgreSQL knows. */
  private static final long LATEST_MICROS = 200_000_000_000_000_000L;

  private KeyRows() {}

  static Optional<KeyRow> one(Connection connection, KeyFingerprint key) throws SQLException {
    try (var query = connection.prepareStatement(ONE)) {
      query.setBytes(1, bytes(key));
      try (ResultSet row = query.executeQuery()) {
        return row.next() ? Optional.of(read(row)) : Optional.empty();
      }
    }
  }

  static KeyTable.Written writtenSince(Connection connection, long sinceMicros, int maxRows) throws SQLException {
    long now = now(connection);
    if (sinceMicros > LATEST_MICROS) {
      return new KeyTable.Written(now, List.of());
    }
    var rows = new ArrayList<KeyRow>();
    try (var query = connection.prepareStatement(SINCE)) {
      query.setLong(1, sinceMicros);
      query.setInt(2, maxRows);
      addAll(query, rows);
    }
    List<String> accounts = accountsSince(connection, sinceMicros, maxRows);
    if (!accounts.isEmpty()) {
      try (var query = connection.prepareStatement(OF_ACCOUNTS)) {
        query.setArray(1, connection.createArrayOf("text", accounts.toArray()));
        query.setLong(2, sinceMicros);
        query.setInt(3, maxRows);
        addAll(query, rows);
      }
    }
    return new KeyTable.Written(now, rows);
  }

  private static void addAll(PreparedStatement query, List<KeyRow> rows) throws SQLException {
    try (ResultSet row = query.executeQuery()) {
      while (row.next()) {
        readable(row).ifPresent(rows::add);
      }
    }
  }

  /** Accounts that changed, themselves or their organisation; their keys are then as good as they are. */
  private static List<String> accountsSince(Connection connection, long sinceMicros, int most) throws SQLException {
    try (var query = connection.prepareStatement(ACCOUNTS_SINCE)) {
      query.setLong(1, sinceMicros);
      query.setInt(2, most);
      var accounts = new ArrayList<String>();
      try (ResultSet row = query.executeQuery()) {
        while (row.next()) {
          accounts.add(row.getString(1));
        }
      }
      return accounts;
    }
  }

  static long all(Connection connection, int fetchRows, KeyTable.RowReader reader) throws SQLException, StoreException {
    long begun = now(connection);
    int faulty = 0;
    try (var query = connection.prepareStatement(ALL)) {
      query.setFetchSize(fetchRows);
      try (ResultSet row = query.executeQuery()) {
        while (row.next()) {
          Optional<KeyRow> key = readable(row);
          if (key.isPresent()) {
            reader.read(key.get());
          } else {
            faulty++;
          }
        }
      }
    }
    if (faulty > 0) {
      log.error("store=POSTGRESQL rows of api_keys are at fault and left out count={}", faulty);
    }
    return begun;
  }

  private static Optional<KeyRow> readable(ResultSet row) throws SQLException {
    try {
      return Optional.of(read(row));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  static List<KeyFingerprint> ofAccount(Connection connection, String account) throws SQLException {
    try (var query = connection.prepareStatement("SELECT fingerprint FROM api_keys WHERE account = ?")) {
      query.setString(1, account);
      var keys = new ArrayList<KeyFingerprint>();
      try (ResultSet row = query.executeQuery()) {
        while (row.next()) {
          keys.add(KeyFingerprint.of(row.getBytes(1)));
        }
      }
      return keys;
    }
  }

  private static long now(Connection connection) throws SQLException {
    try (var query = connection.prepareStatement(NOW);
        ResultSet row = query.executeQuery()) {
      if (!row.next()) {
        throw new SQLException("no time");
      }
      return row.getLong(1);
    }
  }

  private static byte[] bytes(KeyFingerprint key) {
    return ByteBuffer.allocate(32).putLong(key.first()).putLong(key.second()).putLong(key.third()).putLong(key.fourth()).array();
  }

  private static KeyRow read(ResultSet row) throws SQLException {
    var traits =
        new Traits(
            text(row, "organisation"),
            text(row, "team"),
            text(row, "environment"),
            text(row, "tier"),
            text(row, "account_type"),
            text(row, "workload_tag"));
    var terms =
        new Terms(
            whole(row, "level"),
            row.getObject("weight") == null ? OptionalDouble.empty() : OptionalDouble.of(row.getDouble("weight")),
            row.getObject("tokens_per_second") == null ? OptionalLong.empty() : OptionalLong.of(row.getLong("tokens_per_second")),
            whole(row, "requests_per_second"),
            Terms.NONE.maxDepth(),
            Terms.NONE.maxWait(),
            Terms.NONE.quotaMultiplier());
    var entitlement =
        new Entitlement(
            row.getString("id"),
            row.getString("account"),
            traits,
            terms,
            names(row, "models"),
            names(row, "providers"),
            Optional.ofNullable(row.getObject("expires_at", OffsetDateTime.class)).map(OffsetDateTime::toInstant),
            status(row));
    return new KeyRow(KeyFingerprint.of(row.getBytes("fingerprint")), entitlement, row.getLong("version"));
  }

  /** A key is as good as what it belongs to. */
  private static KeyStatus status(ResultSet row) throws SQLException {
    String own = row.getString("status");
    if ("revoked".equals(own)) {
      return KeyStatus.REVOKED;
    }
    boolean active = "active".equals(own) && "active".equals(row.getString("account_status")) && !"suspended".equals(row.getString("organisation_status"));
    return active ? KeyStatus.ACTIVE : KeyStatus.SUSPENDED;
  }

  private static Optional<String> text(ResultSet row, String column) throws SQLException {
    return Optional.ofNullable(row.getString(column));
  }

  private static OptionalInt whole(ResultSet row, String column) throws SQLException {
    int value = row.getInt(column);
    return row.wasNull() ? OptionalInt.empty() : OptionalInt.of(value);
  }

  private static Set<String> names(ResultSet row, String column) throws SQLException {
    @Nullable Array array = row.getArray(column);
    return array == null ? Set.of() : Set.copyOf(List.of((String[]) array.getArray()));
  }
}
