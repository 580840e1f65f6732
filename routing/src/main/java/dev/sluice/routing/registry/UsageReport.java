// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.registry;

import dev.sluice.routing.registry.Field.Need;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import tools.jackson.databind.JsonNode;

/** Sums over what was used. Thread-safe if the source is; blocks. */
public final class UsageReport {
  /** What sums may be grouped by: columns, and parts of the calendar in UTC. A row that lacks the value counts under empty text. */
  public static final List<String> GROUPS =
      List.of("organisation", "team", "environment", "account", "key_id", "model", "provider", "lane", "hour", "day", "month");

  /** Columns by whose value sums may be narrowed. */
  public static final List<String> FILTERS = List.of("organisation", "team", "environment", "account", "key_id", "model", "provider");

  private static final Map<String, String> SUMS = sums();

  private final Transactions transactions;

  /** Reports on the database behind {@code source}. */
  public UsageReport(DataSource source) {
    this.transactions = new Transactions(source);
  }

  private static Map<String, String> sums() {
    var sums = new LinkedHashMap<String, String>();
    for (String name : List.of("requests", "input_tokens", "cached_tokens", "output_tokens", "cost", "waited_ms")) {
      sums.put(name, "coalesce(sum(" + name + "), 0)");
    }
    return sums;
  }

  /** The names of the sums, in order. */
  public static List<String> sumNames() {
    return List.copyOf(SUMS.keySet());
  }

  /**
   * The sums from {@code from}, inclusive, to {@code to}, exclusive; one row for each combination of the groups' values.
   *
   * @param groups of {@link #GROUPS}
   * @param query its filters are of {@link #FILTERS}
   */
  public Listing sums(Instant from, Instant to, List<String> groups, ListQuery query) {
    var faults = new ArrayList<Fault>();
    groups.stream().filter(group -> !GROUPS.contains(group)).forEach(group -> faults.add(Fault.unknown(group, GROUPS)));
    query.filters().keySet().stream().filter(name -> !FILTERS.contains(name)).forEach(name -> faults.add(Fault.unknown(name, FILTERS)));
    query.filters().forEach((name, value) -> {
      if (value.indexOf('\0') >= 0 || value.length() > 256) {
        faults.add(Fault.of(name, value, "at most 256 characters"));
      }
    });
    List<Storage> texts = groups.stream().map(group -> Storage.TEXT).toList();
    Optional<List<JsonNode>> after = query.cursor().flatMap(cursor -> Cursor.read(cursor, texts));
    if (query.cursor().isPresent() && (after.isEmpty() || groups.isEmpty())) {
      faults.add(Fault.of("cursor", query.cursor().get(), "the next of a page before with the same groups, unchanged"));
    }
    if (!faults.isEmpty()) {
      return new Listing.Refused(faults);
    }
    String by = groups.stream().map(UsageReport::expression).collect(Collectors.joining(", "));
    var filters = new TreeMap<>(query.filters());
    String sql = select(groups) + " FROM usage WHERE at >= ? AND at < ?" + filters.keySet().stream().map(name -> " AND " + name + " = ?").collect(Collectors.joining())
        + (after.isPresent() ? " AND (" + by + ") > (" + groups.stream().map(group -> "?").collect(Collectors.joining(", ")) + ")" : "")
        + (groups.isEmpty() ? "" : " GROUP BY " + by + " ORDER BY " + by) + " LIMIT ?";
    return transactions.listing(
        connection -> {
          try (PreparedStatement statement = Table.prepare(connection, sql)) {
            statement.setObject(1, from.atOffset(ZoneOffset.UTC));
            statement.setObject(2, to.atOffset(ZoneOffset.UTC));
            int index = 3;
            for (String value : filters.values()) {
              statement.setString(index++, value);
            }
            for (JsonNode value : after.orElse(List.of())) {
              statement.setString(index++, value.stringValue());
            }
            statement.setInt(index, query.limit() + 1);
            try (ResultSet rows = statement.executeQuery()) {
              return Table.page(Table.read(rows, fields(groups)), query.limit(), groups);
            }
          }
        });
  }

  private static String select(List<String> groups) {
    var columns = new ArrayList<String>();
    groups.forEach(group -> columns.add(expression(group) + " AS " + group));
    SUMS.forEach((name, sum) -> columns.add(sum + " AS " + name));
    return "SELECT " + String.join(", ", columns);
  }

  /** Text in an order that does not depend on the database's language. */
  private static String expression(String group) {
    String text =
        switch (group) {
          case "hour" -> "to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:00\"Z\"')";
          case "day" -> "to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD')";
          case "month" -> "to_char(at AT TIME ZONE 'UTC', 'YYYY-MM')";
          case "lane" -> "lane::text";
          default -> "coalesce(" + group + ", '')";
        };
    return "(" + text + ") COLLATE \"C\"";
  }

  private static List<Field> fields(List<String> groups) {
    var fields = new ArrayList<Field>();
    groups.forEach(group -> fields.add(Field.free(group, Storage.TEXT, Need.READ_ONLY, "")));
    SUMS.keySet().forEach(name -> fields.add(Field.free(name, Storage.DECIMAL, Need.READ_ONLY, "")));
    return fields;
  }
}
