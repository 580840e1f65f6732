// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.registry;

import java.math.BigDecimal;
import java.sql.Array;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** How a value is kept in a column and shown in JSON. */
enum Storage {
  TEXT("text", Types.VARCHAR),
  INTEGER("a whole number", Types.BIGINT),
  REAL("a number", Types.DOUBLE),
  DECIMAL("a number", Types.NUMERIC),
  FLAG("true or false", Types.BOOLEAN),
  INSTANT("text", Types.TIMESTAMP_WITH_TIMEZONE),
  TEXTS("a list of texts", Types.ARRAY),
  INTEGERS("a list of whole numbers", Types.ARRAY),
  DOCUMENT("an object", Types.VARCHAR),
  BYTES("bytes", Types.BINARY);

  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private final String description;
  private final int sqlType;

  Storage(String description, int sqlType) {
    this.description = description;
    this.sqlType = sqlType;
  }

  /** What the JSON value has to be, whatever its content. */
  String description() {
    return description;
  }

  String placeholder() {
    return this == DOCUMENT ? "?::jsonb" : "?";
  }

  /** Whether a JSON value is of the form that this storage takes. */
  boolean takes(JsonNode value) {
    return switch (this) {
      case TEXT, INSTANT -> value.isString();
      case INTEGER -> value.isIntegralNumber() && value.canConvertToLong();
      case REAL, DECIMAL -> value.isNumber();
      case FLAG -> value.isBoolean();
      case TEXTS -> value.isArray() && elements(value).stream().allMatch(JsonNode::isString);
      case INTEGERS -> value.isArray() && elements(value).stream().allMatch(element -> element.isIntegralNumber() && element.canConvertToInt());
      case DOCUMENT -> value.isObject();
      case BYTES -> value.isBinary();
    };
  }

  static List<JsonNode> elements(JsonNode array) {
    var elements = new ArrayList<JsonNode>();
    array.forEach(elements::add);
    return elements;
  }

  void bind(PreparedStatement statement, int index, JsonNode value) throws SQLException {
    if (value.isNull()) {
      statement.setNull(index, sqlType);
      return;
    }
    switch (this) {
      case TEXT -> statement.setString(index, value.stringValue());
      case INTEGER -> statement.setLong(index, value.longValue());
      case REAL -> statement.setDouble(index, value.doubleValue());
      case DECIMAL -> statement.setBigDecimal(index, value.decimalValue());
      case FLAG -> statement.setBoolean(index, value.booleanValue());
      case INSTANT -> statement.setObject(index, OffsetDateTime.parse(value.stringValue()));
      case TEXTS -> statement.setArray(index, array(statement, "text", elements(value).stream().map(JsonNode::stringValue).toArray()));
      case INTEGERS -> statement.setArray(index, array(statement, "int4", elements(value).stream().map(JsonNode::intValue).toArray()));
      case DOCUMENT -> statement.setString(index, value.toString());
      case BYTES -> statement.setBytes(index, value.binaryValue());
    }
  }

  private static Array array(PreparedStatement statement, String type, Object[] elements) throws SQLException {
    return statement.getConnection().createArrayOf(type, elements);
  }

  JsonNode read(ResultSet rows, String column) throws SQLException {
    JsonNode value =
        switch (this) {
          case TEXT -> NODES.stringNode(rows.getString(column));
          case INTEGER -> NODES.numberNode(rows.getLong(column));
          case REAL -> NODES.numberNode(rows.getDouble(column));
          case DECIMAL -> decimal(rows.getBigDecimal(column));
          case FLAG -> NODES.booleanNode(rows.getBoolean(column));
          case INSTANT -> instant(rows.getObject(column, OffsetDateTime.class));
          case TEXTS, INTEGERS -> array(rows.getArray(column));
          case DOCUMENT -> document(rows.getString(column));
          case BYTES -> NODES.binaryNode(rows.getBytes(column));
        };
    return rows.wasNull() ? NODES.nullNode() : value;
  }

  private static JsonNode decimal(@Nullable BigDecimal number) {
    if (number == null) {
      return NODES.nullNode();
    }
    BigDecimal shortest = number.stripTrailingZeros();
    return NODES.numberNode(shortest.scale() < 0 ? shortest.setScale(0) : shortest);
  }

  private static JsonNode instant(@Nullable OffsetDateTime time) {
    return time == null ? NODES.nullNode() : NODES.stringNode(time.toInstant().toString());
  }

  private static JsonNode array(@Nullable Array array) throws SQLException {
    if (array == null) {
      return NODES.nullNode();
    }
    ArrayNode nodes = NODES.arrayNode();
    for (Object element : (Object[]) array.getArray()) {
      if (element instanceof Number number) {
        nodes.add(number.longValue());
      } else {
        nodes.add(String.valueOf(element));
      }
    }
    return nodes;
  }

  private static JsonNode document(@Nullable String text) {
    return text == null ? NODES.nullNode() : RowJson.read(text);
  }
}
