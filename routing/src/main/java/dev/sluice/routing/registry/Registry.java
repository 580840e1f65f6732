// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.registry;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import javax.sql.DataSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads and changes the rows that administrators keep. Every change is one transaction with its audit row, and names the version
 * that the administrator saw, so that nobody overwrites what he has not read. Thread-safe; blocks.
 */
public final class Registry {
  private final Transactions transactions;
  private final RowCheck check;
  private final Changes changes;
  private final Supplier<String> ids;

  /**
   * A registry over {@code source}.
   *
   * @param check what must hold of rows beyond what their fields say
   * @param changes hears of every change after it was committed
   * @param ids makes ids for rows that come without
   */
  public Registry(DataSource source, RowCheck check, Changes changes, Supplier<String> ids) {
    this.transactions = new Transactions(source);
    this.check = Patterns.CHECK.and(check);
    this.changes = changes;
    this.ids = ids;
  }

  /** A page of rows. */
  public Listing list(Entity entity, ListQuery query) {
    return transactions.listing(connection -> new Table(entity).page(connection, query));
  }

  /** One row. */
  public Outcome find(Entity entity, String id) {
    if (!plausible(id)) {
      return new Outcome.Unknown();
    }
    return transactions.change(
        connection -> new Table(entity).find(connection, id, false).<Outcome>map(Outcome.Stored::new).orElseGet(Outcome.Unknown::new));
  }

  /** Stores a new row. */
  public Outcome create(Entity entity, ObjectNode given, String actor) {
    return create(entity, given, Map.of(), actor);
  }

  Outcome create(Entity entity, ObjectNode given, Map<Field, JsonNode> hidden, String actor) {
    ObjectNode row = given.deepCopy();
    List<Fault> faults = refusals(entity, entity.refuseNew(given), row);
    if (!faults.isEmpty()) {
      return new Outcome.Refused(faults);
    }
    return noticed(
        (connection, news) -> {
          Row stored = insert(connection, entity, row, hidden);
          Audit.write(connection, actor, "create", entity, null, stored);
          news.add(News.of(connection, entity, stored.id()));
          return new Outcome.Stored(stored);
        });
  }

  Row insert(Connection connection, Entity entity, ObjectNode row, Map<Field, JsonNode> hidden) throws SQLException {
    if (row.path(Entity.ID).isMissingNode() || row.get(Entity.ID).isNull()) {
      row.put(Entity.ID, entity.name() + "-" + ids.get());
    }
    return new Table(entity).insert(connection, row, hidden);
  }

  /**
   * Changes the fields that {@code patch} names (RFC 7396) and no others.
   *
   * @param version that the row must be at
   */
  public Outcome patch(Entity entity, String id, long version, ObjectNode patch, String actor) {
    if (!plausible(id)) {
      return new Outcome.Unknown();
    }
    List<Fault> faults = entity.refusePatch(patch);
    if (!faults.isEmpty()) {
      return new Outcome.Refused(faults);
    }
    return change(
        entity,
        id,
        Optional.of(version),
        (connection, before) -> {
          ObjectNode after = entity.merged(before.json(), patch);
          List<Fault> wrong = check.refuse(entity, after);
          if (entity.equals(Entities.KEYS) && before.json().path("status").asString("").equals("revoked")) {
            return new Outcome.Conflict("a revoked key cannot be changed; make another");
          }
          if (!wrong.isEmpty()) {
            return new Outcome.Refused(wrong);
          }
          Row stored = new Table(entity).update(connection, before, after);
          Audit.write(connection, actor, "change", entity, before, stored);
          return new Outcome.Stored(stored);
        });
  }

  /** Removes a row that nothing refers to. */
  public Outcome remove(Entity entity, String id, long version, String actor) {
    if (!entity.removable()) {
      throw new IllegalArgumentException("entity: " + entity.name() + " (expected: one whose rows can be removed)");
    }
    return change(
        entity,
        id,
        Optional.of(version),
        (connection, before) -> {
          new Table(entity).delete(connection, id);
          Audit.write(connection, actor, "remove", entity, before, null);
          return new Outcome.Removed();
        });
  }

  /** Work on one row, which nobody else changes meanwhile. */
  @FunctionalInterface
  interface Change {
    Outcome run(Connection connection, Row before) throws SQLException;
  }

  /** Locks a row, compares its version if one is named, and runs the change. */
  Outcome change(Entity entity, String id, Optional<Long> version, Change change) {
    if (!plausible(id)) {
      return new Outcome.Unknown();
    }
    return noticed(
        (connection, news) -> {
          Optional<Row> before = new Table(entity).find(connection, id, true);
          if (before.isEmpty()) {
            return new Outcome.Unknown();
          }
          if (version.isPresent() && version.get() != before.get().version()) {
            return new Outcome.Stale(before.get().version());
          }
          news.add(News.of(connection, entity, id));
          return change.run(connection, before.get());
        });
  }

  @FunctionalInterface
  private interface Noticed {
    Outcome run(Connection connection, List<News> news) throws SQLException;
  }

  private Outcome noticed(Noticed work) {
    var news = new ArrayList<News>();
    Outcome outcome = transactions.change(connection -> work.run(connection, news));
    if (outcome instanceof Outcome.Stored || outcome instanceof Outcome.Removed) {
      news.forEach(item -> item.tell(changes));
    }
    return outcome;
  }

  List<Fault> refusals(Entity entity, List<Fault> single, ObjectNode row) {
    return single.isEmpty() ? check.refuse(entity, row) : single;
  }

  /** No row has another id; some of these the database would choke on. */
  private static boolean plausible(String id) {
    return !id.isEmpty() && id.length() <= 256 && id.chars().allMatch(c -> c > ' ' && c < 0x7f);
  }
}
