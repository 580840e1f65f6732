// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.registry;

import dev.sluice.routing.registry.Field.Need;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** Who changed what, from what to what: one row for each change, written with it. Thread-safe if the source is. */
public final class Audit {
  /** Fields whose value a list may be narrowed by. */
  public static final List<String> FILTERS = List.of("kind", "subject", "actor", "action");

  private static final List<Field> FIELDS =
      List.of(
          Field.free("id", Storage.INTEGER, Need.READ_ONLY, "Grows with each change."),
          Field.free("at", Storage.INSTANT, Need.READ_ONLY, "When."),
          Field.free("actor", Storage.TEXT, Need.READ_ONLY, "Name of the admin key."),
          Field.free("action", Storage.TEXT, Need.READ_ONLY, "create, change, remove, rotate or revoke."),
          Field.free("kind", Storage.TEXT, Need.READ_ONLY, "What kind of row."),
          Field.free("subject", Storage.TEXT, Need.READ_ONLY, "Id of the row."),
          Field.free("before", Storage.DOCUMENT, Need.READ_ONLY, "The row before; null for a new one."),
          Field.free("after", Storage.DOCUMENT, Need.READ_ONLY, "The row after; null for a removed one."));

  private final Transactions transactions;

  /** The audit rows of a database. */
  public Audit(DataSource source) {
    this.transactions = new Transactions(source);
  }

  /** The fields of an audit row. */
  public static List<Field> fields() {
    return FIELDS;
  }

  static void write(Connection connection, String actor, String action, Entity entity, @Nullable Row before, @Nullable Row after)
      throws SQLException {
    Row named = after == null ? before : after;
    String sql = "INSERT INTO audit (actor, action, kind, subject, before, after) VALUES (?, ?, ?, ?, ?::jsonb, ?::jsonb)";
    try (PreparedStatement statement = Table.prepare(connection, sql)) {
      statement.setString(1, actor);
      statement.setString(2, action);
      statement.setString(3, entity.name());
      statement.setString(4, named == null ? "" : named.id());
      statement.setString(5, before == null ? null : before.json().toString());
      statement.setString(6, after == null ? null : after.json().toString());
      statement.executeUpdate();
    }
  }

  /** One page, the latest change first. */
  public Listing list(ListQuery query) {
    var faults = new ArrayList<Fault>();
    var conditions = new ArrayList<String>();
    var fields = new ArrayList<Field>();
    var bound = new ArrayList<JsonNode>();
    new TreeMap<>(query.filters())
        .forEach(
            (name, value) -> {
              if (!FILTERS.contains(name)) {
                faults.add(Fault.unknown(name, FILTERS));
              } else if (value.indexOf('\0') >= 0 || value.length() > 256) {
                faults.add(Fault.of(name, value, "at most 256 characters"));
              } else {
                conditions.add(name + " = ?");
                fields.add(field(name));
                bound.add(JsonNodeFactory.instance.stringNode(value));
              }
            });
    Optional<List<JsonNode>> from = query.cursor().flatMap(cursor -> Cursor.read(cursor, List.of(Storage.INTEGER)));
    if (query.cursor().isPresent() && from.isEmpty()) {
      faults.add(Fault.of("cursor", query.cursor().get(), "the next of a page before, unchanged"));
    }
    if (!faults.isEmpty()) {
      return new Listing.Refused(faults);
    }
    from.ifPresent(
        values -> {
          conditions.add("id < ?");
          fields.add(field("id"));
          bound.addAll(values);
        });
    String where = conditions.isEmpty() ? "" : " WHERE " + String.join(" AND ", conditions);
    return transactions.listing(
        connection -> {
          try (PreparedStatement statement = Table.prepare(connection, "SELECT * FROM audit" + where + " ORDER BY id DESC LIMIT ?")) {
            Table.bind(statement, fields, bound);
            statement.setInt(fields.size() + 1, query.limit() + 1);
            try (ResultSet rows = statement.executeQuery()) {
              return Table.page(Table.read(rows, FIELDS), query.limit(), List.of("id"));
            }
          }
        });
  }

  private static Field field(String name) {
    return FIELDS.stream().filter(field -> field.name().equals(name)).findFirst().orElseThrow();
  }
}
