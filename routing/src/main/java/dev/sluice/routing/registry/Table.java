// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.registry;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The statements of one entity. Names in them are the entity's own; every value is a parameter. Immutable; used under the
 * caller's connection and transaction.
 */
final class Table {
  private static final int SECONDS = 5;

  private final Entity entity;
  private final String columns;

  Table(Entity entity) {
    this.entity = entity;
    this.columns = entity.fields().stream().map(Field::name).collect(Collectors.joining(", "));
  }

  /** A statement that the database gives up on after a while. */
  static PreparedStatement prepare(Connection connection, String sql) throws SQLException {
    PreparedStatement statement = connection.prepareStatement(sql);
    statement.setQueryTimeout(SECONDS);
    return statement;
  }

  Optional<Row> find(Connection connection, String id, boolean locking) throws SQLException {
    String sql = "SELECT " + columns + " FROM " + entity.table() + " WHERE id = ?" + (locking ? " FOR UPDATE" : "");
    try (PreparedStatement statement = prepare(connection, sql)) {
      statement.setString(1, id);
      return one(statement);
    }
  }

  /** Stores a new row of the fields that have a value; the database gives the rest. */
  Row insert(Connection connection, ObjectNode values, Map<Field, JsonNode> hidden) throws SQLException {
    var fields = new ArrayList<Field>();
    var bound = new ArrayList<JsonNode>();
    for (Field field : entity.fields()) {
      JsonNode value = values.path(field.name());
      if (!value.isMissingNode() && !value.isNull()) {
        fields.add(field);
        bound.add(value);
      }
    }
    hidden.forEach(
        (field, value) -> {
          fields.add(field);
          bound.add(value);
        });
    String sql =
        "INSERT INTO " + entity.table() + " (" + fields.stream().map(Field::name).collect(Collectors.joining(", ")) + ") VALUES ("
            + fields.stream().map(field -> field.storage().placeholder()).collect(Collectors.joining(", ")) + ") RETURNING " + columns;
    try (PreparedStatement statement = prepare(connection, sql)) {
      bind(statement, fields, bound);
      return one(statement).orElseThrow();
    }
  }

  /** Writes the fields in which {@code after} differs from {@code before}; the version grows also if none does. */
  Row update(Connection connection, Row before, ObjectNode after) throws SQLException {
    var fields = new ArrayList<Field>();
    var bound = new ArrayList<JsonNode>();
    for (Field field : entity.fields()) {
      JsonNode value = after.path(field.name());
      if (!value.isMissingNode() && !value.equals(before.json().get(field.name()))) {
        fields.add(field);
        bound.add(value);
      }
    }
    String sets = fields.stream().map(field -> field.name() + " = " + field.storage().placeholder() + ", ").collect(Collectors.joining());
    String sql = "UPDATE " + entity.table() + " SET " + sets + "version = version + 1, updated_at = now() WHERE id = ? RETURNING " + columns;
    try (PreparedStatement statement = prepare(connection, sql)) {
      bind(statement, fields, bound);
      statement.setString(fields.size() + 1, before.id());
      return one(statement).orElseThrow();
    }
  }

  void delete(Connection connection, String id) throws SQLException {
    try (PreparedStatement statement = prepare(connection, "DELETE FROM " + entity.table() + " WHERE id = ?")) {
      statement.setString(1, id);
      statement.executeUpdate();
    }
  }

  /** One page, by keyset: the rows behind the cursor's, in the entity's order. */
  Listing page(Connection connection, ListQuery query) throws SQLException {
    var faults = new ArrayList<Fault>();
    var fields = new ArrayList<Field>();
    var bound = new ArrayList<JsonNode>();
    var conditions = new ArrayList<String>();
    new TreeMap<>(query.filters())
        .forEach(
            (name, value) -> {
              Optional<Field> field = entity.field(name).filter(known -> entity.filters().contains(name));
              if (field.isEmpty()) {
                faults.add(Fault.unknown(name, entity.filters()));
              } else if (value.indexOf('\0') >= 0 || value.length() > 256) {
                faults.add(Fault.of(name, value, "at most 256 characters"));
              } else {
                conditions.add(name + " = ?");
                fields.add(field.get());
                bound.add(JsonNodeFactory.instance.stringNode(value));
              }
            });
    List<Field> order = entity.order().stream().map(name -> entity.field(name).orElseThrow()).toList();
    if (query.cursor().isPresent()) {
      Optional<List<JsonNode>> from = Cursor.read(query.cursor().get(), order.stream().map(Field::storage).toList());
      if (from.isEmpty()) {
        faults.add(Fault.of("cursor", query.cursor().get(), "the next of a page before, unchanged"));
      } else {
        String names = String.join(", ", entity.order());
        conditions.add("(" + names + ") > (" + order.stream().map(field -> "?").collect(Collectors.joining(", ")) + ")");
        fields.addAll(order);
        bound.addAll(from.get());
      }
    }
    if (!faults.isEmpty()) {
      return new Listing.Refused(faults);
    }
    String where = conditions.isEmpty() ? "" : " WHERE " + String.join(" AND ", conditions);
    String sql = "SELECT " + columns + " FROM " + entity.table() + where + " ORDER BY " + String.join(", ", entity.order()) + " LIMIT ?";
    try (PreparedStatement statement = prepare(connection, sql)) {
      bind(statement, fields, bound);
      statement.setInt(fields.size() + 1, query.limit() + 1);
      return page(all(statement), query.limit(), entity.order());
    }
  }

  /** The first {@code limit} rows, and the cursor behind them if there are more. */
  static Listing.Page page(List<ObjectNode> rows, int limit, List<String> order) {
    if (rows.size() <= limit) {
      return new Listing.Page(rows, Optional.empty());
    }
    ObjectNode last = rows.get(limit - 1);
    return new Listing.Page(rows.subList(0, limit), Optional.of(Cursor.of(order.stream().map(last::get).toList())));
  }

  static void bind(PreparedStatement statement, List<Field> fields, List<JsonNode> values) throws SQLException {
    for (int i = 0; i < fields.size(); i++) {
      fields.get(i).storage().bind(statement, i + 1, values.get(i));
    }
  }

  private Optional<Row> one(PreparedStatement statement) throws SQLException {
    List<ObjectNode> rows = all(statement);
    return rows.isEmpty() ? Optional.empty() : Optional.of(Row.of(rows.getFirst()));
  }

  private List<ObjectNode> all(PreparedStatement statement) throws SQLException {
    try (ResultSet rows = statement.executeQuery()) {
      return read(rows, entity.fields());
    }
  }

  static List<ObjectNode> read(ResultSet rows, List<Field> fields) throws SQLException {
    var read = new ArrayList<ObjectNode>();
    while (rows.next()) {
      ObjectNode row = RowJson.object();
      for (Field field : fields) {
        row.set(field.name(), field.storage().read(rows, field.name()));
      }
      read.add(row);
    }
    return read;
  }
}
