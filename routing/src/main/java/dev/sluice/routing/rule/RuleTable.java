// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.rule;

import dev.sluice.routing.Terms;
import dev.sluice.routing.Traits;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import javax.sql.DataSource;

/** Reads the table {@code routing_rules} into a {@link RuleBook}. Thread-safe; blocks on the database, so not for event loops. */
public final class RuleTable {
  private static final String ENABLED = "SELECT * FROM routing_rules WHERE enabled";

  private final DataSource database;
  private final RuleBook book;

  /** A reader of the rules in {@code database}. */
  public RuleTable(DataSource database, RuleBook book) {
    this.database = database;
    this.book = book;
  }

  /** Reads every enabled row and puts all of them in force, or none. */
  public Reloaded reload() {
    List<RoutingRule> rules = new ArrayList<>();
    try (Connection connection = database.getConnection();
        PreparedStatement query = connection.prepareStatement(ENABLED);
        ResultSet row = query.executeQuery()) {
      while (row.next()) {
        try {
          rules.add(rule(row));
        } catch (IllegalArgumentException e) {
          return new Reloaded.Refused(row.getString("id"), String.valueOf(e.getMessage()));
        }
      }
    } catch (SQLException e) {
      return new Reloaded.Failed("SQLSTATE " + e.getSQLState());
    }
    book.store(rules);
    return new Reloaded.Done(rules.size());
  }

  private static RoutingRule rule(ResultSet row) throws SQLException {
    Traits match =
        new Traits(
            text(row, "match_organisation"),
            text(row, "match_team"),
            text(row, "match_environment"),
            text(row, "match_tier"),
            text(row, "match_account_type"),
            text(row, "match_workload_tag"));
    return new RoutingRule(row.getString("id"), row.getInt("priority_order"), match, pattern(row), terms(row));
  }

  private static Optional<KeyPattern> pattern(ResultSet row) throws SQLException {
    Optional<String> text = text(row, "match_key");
    Optional<String> kind = text(row, "match_key_kind");
    return text.map(
        pattern ->
            KeyPattern.of(
                kind.flatMap(KeyPattern.Kind::named)
                    .orElseThrow(() -> new IllegalArgumentException("match_key_kind: " + kind.orElse("none") + " (expected: exact, prefix, suffix, contains or regex)")),
                pattern));
  }

  private static Terms terms(ResultSet row) throws SQLException {
    Optional<Long> level = number(row, "level");
    double weight = row.getDouble("weight");
    boolean weighted = !row.wasNull();
    Optional<Long> tokens = number(row, "tokens_per_second");
    Optional<Long> requests = number(row, "requests_per_second");
    Optional<Long> depth = number(row, "max_depth");
    Optional<BigDecimal> multiplier = Optional.ofNullable(row.getBigDecimal("quota_multiplier"));
    return new Terms(
        whole(level),
        weighted ? OptionalDouble.of(weight) : OptionalDouble.empty(),
        tokens.map(OptionalLong::of).orElseGet(OptionalLong::empty),
        whole(requests),
        whole(depth),
        number(row, "max_wait_ms").map(Duration::ofMillis),
        multiplier);
  }

  private static OptionalInt whole(Optional<Long> number) {
    return number.map(value -> OptionalInt.of(Math.toIntExact(value))).orElseGet(OptionalInt::empty);
  }

  private static Optional<Long> number(ResultSet row, String column) throws SQLException {
    long value = row.getLong(column);
    return row.wasNull() ? Optional.empty() : Optional.of(value);
  }

  private static Optional<String> text(ResultSet row, String column) throws SQLException {
    return Optional.ofNullable(row.getString(column));
  }
}
