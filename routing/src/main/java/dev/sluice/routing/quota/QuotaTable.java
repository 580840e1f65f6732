// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.quota;

import dev.sluice.routing.quota.QuotaClaim.Subject;
import dev.sluice.routing.quota.QuotaWindow.Calendar;
import java.net.URI;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import javax.sql.DataSource;

/**
 * Reads quotas from the table {@code quotas}. Thread-safe; blocks on the database.
 *
 * <p>The table names no parents. The parent of a reserved or burstable quota is the nearest quota of a wider scope that counts alike and belongs to
 * the same account, environment, team or organisation, as the tables of keys and accounts know them.
 */
public final class QuotaTable {
  private static final String SELECT =
      """
      SELECT q.id, q.scope, q.subject, q.kind, q.unit, q.amount, q.calendar, q.time_zone, q.reset_day, q.alert_percents, q.alert_webhook,
             k.environment AS key_environment, a.id AS owner, a.team AS owner_team,
             coalesce(a.organisation, (SELECT min(t.organisation) FROM accounts t WHERE q.scope = 'team' AND t.team = q.subject
                                       HAVING count(DISTINCT t.organisation) = 1)) AS owner_organisation
      FROM quotas q
      LEFT JOIN api_keys k ON q.scope = 'key' AND k.id = q.subject
      LEFT JOIN accounts a ON a.id = CASE q.scope WHEN 'account' THEN q.subject WHEN 'key' THEN k.account END
      WHERE q.enabled
      ORDER BY q.id
      """;

  private QuotaTable() {}

  /**
   * What the table holds. Immutable.
   *
   * @param problems one line for each row that makes no sense and was left out
   */
  public record Contents(List<Quota> quotas, List<String> problems) {
    public Contents {
      quotas = List.copyOf(quotas);
      problems = List.copyOf(problems);
    }
  }

  /** A quota that may have a parent, and whom its subject belongs to, the nearest first. */
  private record Row(Quota quota, List<Subject> ancestors) {}

  /** Every enabled quota. */
  public static Contents read(DataSource database) throws SQLException {
    List<Row> rows = new ArrayList<>();
    List<String> problems = new ArrayList<>();
    try (Connection connection = database.getConnection();
        PreparedStatement select = connection.prepareStatement(SELECT);
        ResultSet result = select.executeQuery()) {
      while (result.next()) {
        try {
          rows.add(row(result));
        } catch (IllegalArgumentException | DateTimeException e) {
          problems.add("quota " + result.getString("id") + ": " + e.getMessage());
        }
      }
    }
    return new Contents(rows.stream().map(row -> adopted(row, rows)).toList(), problems);
  }

  private static Row row(ResultSet result) throws SQLException {
    QuotaScope scope = value(QuotaScope.class, result.getString("scope"));
    var window =
        new QuotaWindow(value(Calendar.class, result.getString("calendar")), ZoneId.of(result.getString("time_zone")), result.getInt("reset_day"));
    var quota =
        new Quota(
            result.getString("id"),
            scope,
            result.getString("subject"),
            value(QuotaKind.class, result.getString("kind")),
            value(QuotaUnit.class, result.getString("unit")),
            result.getBigDecimal("amount").stripTrailingZeros(),
            window,
            Optional.empty(),
            new QuotaAlert(percents(result.getArray("alert_percents")), Optional.ofNullable(result.getString("alert_webhook")).map(QuotaTable::address)));
    List<Subject> ancestors = new ArrayList<>(4);
    ancestor(ancestors, scope, QuotaScope.ACCOUNT, Optional.ofNullable(result.getString("owner")));
    ancestor(ancestors, scope, QuotaScope.ENVIRONMENT, Optional.ofNullable(result.getString("key_environment")));
    ancestor(ancestors, scope, QuotaScope.TEAM, Optional.ofNullable(result.getString("owner_team")));
    ancestor(ancestors, scope, QuotaScope.ORGANISATION, Optional.ofNullable(result.getString("owner_organisation")));
    return new Row(quota, ancestors);
  }

  private static void ancestor(List<Subject> ancestors, QuotaScope scope, QuotaScope wider, Optional<String> name) {
    if (wider.contains(scope)) {
      name.ifPresent(subject -> ancestors.add(new Subject(wider, subject)));
    }
  }

  private static Quota adopted(Row row, List<Row> all) {
    Quota quota = row.quota;
    return switch (quota.kind()) {
      case HARD, SOFT -> quota;
      case RESERVED, BURSTABLE -> {
        for (Subject ancestor : row.ancestors) {
          for (Row other : all) {
            Quota wider = other.quota;
            if (wider.scope() == ancestor.scope() && wider.subject().equals(ancestor.name()) && wider.countsLike(quota)) {
              yield quota.under(wider.id());
            }
          }
        }
        yield quota;
      }
    };
  }

  private static <E extends Enum<E>> E value(Class<E> type, String text) {
    return Enum.valueOf(type, text.toUpperCase(Locale.ROOT));
  }

  /** An address; its text is in no message, since it may hold a secret. */
  private static URI address(String text) {
    try {
      return URI.create(text);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("alert_webhook: *** (expected: an http or https address)", null);
    }
  }

  private static List<Integer> percents(Array array) throws SQLException {
    List<Integer> percents = new ArrayList<>();
    for (Object percent : (Object[]) array.getArray()) {
      percents.add(((Number) percent).intValue());
    }
    return percents;
  }
}
