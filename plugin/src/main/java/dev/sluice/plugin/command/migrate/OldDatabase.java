// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.command.migrate;

import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;

/**
 * What the older gateway kept in PostgreSQL: quotas of accounts and priorities by pattern of key. Immutable.
 *
 * @param quotas rows of {@code account_quotas} that were not deleted
 * @param mappings rows of {@code api_key_priority_mappings} that were not deleted, in the order in which they were asked
 */
public record OldDatabase(List<OldQuota> quotas, List<Mapping> mappings) {
  /** Nothing was kept. */
  public static final OldDatabase NONE = new OldDatabase(List.of(), List.of());

  private static final String QUOTAS =
      "SELECT account_id, team_id, environment, quota_type, limit_dimension, limit_value, allow_borrow, window_type, alert_at_pct, enabled"
          + " FROM account_quotas WHERE deleted_at IS NULL ORDER BY account_id, quota_type, limit_dimension, id::text";

  private static final String MAPPINGS =
      "SELECT pattern, match_type, priority, enabled FROM api_key_priority_mappings WHERE deleted_at IS NULL ORDER BY priority, id::text";

  /** One row. */
  record OldQuota(
      String account, String team, String environment, String type, String dimension, BigDecimal limit, boolean borrows, String window, BigDecimal alertAt, boolean enabled) {}

  /** One row. */
  record Mapping(String pattern, String type, int priority, boolean enabled) {}

  public OldDatabase {
    quotas = List.copyOf(quotas);
    mappings = List.copyOf(mappings);
  }

  /** Reads both tables; one that is not there holds nothing. */
  public static OldDatabase read(DataSource source) throws SQLException {
    try (Connection connection = source.getConnection()) {
      connection.setReadOnly(true);
      return new OldDatabase(exists(connection, "account_quotas") ? quotas(connection) : List.of(), exists(connection, "api_key_priority_mappings") ? mappings(connection) : List.of());
    }
  }

  private static boolean exists(Connection connection, String table) throws SQLException {
    try (var query = connection.prepareStatement("SELECT to_regclass(?) IS NOT NULL")) {
      query.setString(1, table);
      try (ResultSet row = query.executeQuery()) {
        return row.next() && row.getBoolean(1);
      }
    }
  }

  private static List<OldQuota> quotas(Connection connection) throws SQLException {
    var quotas = new ArrayList<OldQuota>();
    try (var query = connection.prepareStatement(QUOTAS);
        ResultSet row = query.executeQuery()) {
      while (row.next()) {
        BigDecimal alert = row.getBigDecimal("alert_at_pct");
        quotas.add(
            new OldQuota(
                text(row, "account_id"), text(row, "team_id"), text(row, "environment"), text(row, "quota_type"), text(row, "limit_dimension"),
                row.getBigDecimal("limit_value"), row.getBoolean("allow_borrow"), text(row, "window_type"), alert == null ? new BigDecimal("0.8") : alert, row.getBoolean("enabled")));
      }
    }
    return quotas;
  }

  private static List<Mapping> mappings(Connection connection) throws SQLException {
    var mappings = new ArrayList<Mapping>();
    try (var query = connection.prepareStatement(MAPPINGS);
        ResultSet row = query.executeQuery()) {
      while (row.next()) {
        mappings.add(new Mapping(text(row, "pattern"), text(row, "match_type"), row.getInt("priority"), row.getBoolean("enabled")));
      }
    }
    return mappings;
  }

  private static String text(ResultSet row, String column) throws SQLException {
    String value = row.getString(column);
    return value == null ? "" : value;
  }

  /** The lines of {@code quotas.limits}, without the section's name. */
  List<String> limits(Report report) {
    List<String> lines = new ArrayList<>();
    Map<String, Integer> names = new LinkedHashMap<>();
    for (OldQuota quota : quotas) {
      String what = "account_quotas: " + quota.account + " " + quota.type + " " + quota.dimension;
      String[] unit = unit(quota.dimension);
      if (!quota.enabled || unit.length == 0) {
        report.note(what + (quota.enabled ? ": not carried over; rates a second or minute are a key's own, or a rule's" : ": left out, it is not enabled"));
        continue;
      }
      boolean whole = quota.team.isEmpty() && quota.environment.isEmpty();
      if (!whole) {
        report.note(what + ": was for team " + quota.team + ", environment " + quota.environment + " only; it holds for the whole account, which teams and environments of callers' own choice could evade");
      }
      if (quota.type.equals("reserved") || quota.type.equals("burstable") || quota.borrows) {
        report.note(what + ": no parent is known; " + quota.type + " stops at its amount until one is given with parent");
      }
      if (!unit[1].equals(quota.window.replace("hourly", "hour").replace("daily", "day").replace("monthly", "month"))) {
        report.note(what + ": its window was " + quota.window + "; the dimension's is written, a calendar " + unit[1] + " of UTC, which begins anew, as the old one's never did");
      }
      String stem = Report.name(quota.account + "-" + quota.dimension);
      int count = names.merge(stem, 1, Integer::sum);
      lines.add("    " + Report.yaml(count == 1 ? stem : stem + "-" + count) + ":");
      lines.add("      scope: account");
      lines.add("      subject: " + Report.yaml(quota.account.replaceAll("[^A-Za-z0-9._:@/+-]", "-")));
      lines.add("      kind: " + (List.of("hard", "soft", "reserved", "burstable").contains(quota.type) ? quota.type : "hard"));
      lines.add("      unit: " + unit[0]);
      lines.add("      amount: " + quota.limit.stripTrailingZeros().toPlainString());
      lines.add("      calendar: " + unit[1]);
      int alert = quota.alertAt.movePointRight(2).intValue();
      lines.add("      alert_percents: " + (alert >= 1 && alert <= 1000 && alert != 100 ? "[" + alert + ", 100]" : "[100]"));
    }
    if (!lines.isEmpty()) {
      report.note("account_quotas: carried over quotas hold from the first request, and begin empty; the old gateway checked none");
      if (quotas.stream().anyMatch(quota -> quota.dimension.startsWith("usd"))) {
        report.note("account_quotas: quotas of money need prices; give them in the section prices");
      }
    }
    return lines;
  }

  /** The unit and the calendar window of a dimension; empty for one that is no quota here. */
  private static String[] unit(String dimension) {
    return switch (dimension) {
      case "tokens_per_month" -> new String[] {"tokens", "month"};
      case "tokens_per_day" -> new String[] {"tokens", "day"};
      case "tokens_per_hour" -> new String[] {"tokens", "hour"};
      case "usd_per_month" -> new String[] {"money", "month"};
      default -> new String[0];
    };
  }

  /** The lines of {@code rules}, without the section's name. */
  List<String> rules(int levels, Report report) {
    List<String> lines = new ArrayList<>();
    int order = 100;
    for (Mapping mapping : mappings) {
      String pattern = switch (mapping.type) {
        case "prefix" -> mapping.pattern.replaceFirst("\\*$", "");
        case "suffix" -> mapping.pattern.replaceFirst("^\\*", "");
        case "contains" -> mapping.pattern.replaceAll("^\\*|\\*$", "");
        default -> mapping.pattern;
      };
      if (mapping.type.equals("exact")) {
        report.note("api_key_priority_mappings: an exact pattern is left out, as it is a key itself; give the new key the level " + Math.min(mapping.priority, levels - 1));
        continue;
      }
      if (!mapping.enabled || !pattern.matches("[!-~]{1,256}") || !List.of("prefix", "suffix", "contains", "regex").contains(mapping.type)) {
        report.note("api_key_priority_mappings: a " + mapping.type + " pattern is left out, " + (mapping.enabled ? "as it cannot be carried over" : "as it is not enabled"));
        continue;
      }
      lines.add("  - id: mapping-" + order);
      lines.add("    priority_order: " + order++);
      lines.add("    match_key: " + Report.yaml(pattern));
      lines.add("    match_key_kind: " + mapping.type);
      lines.add("    level: " + Math.min(mapping.priority, levels - 1));
    }
    if (!lines.isEmpty()) {
      report.note("api_key_priority_mappings: patterns are compared with the ids of authenticated keys, not with the text of keys: give keys ids that fit, or change the patterns");
    }
    return lines;
  }
}
