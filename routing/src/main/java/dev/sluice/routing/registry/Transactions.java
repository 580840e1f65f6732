// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.registry;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import javax.sql.DataSource;

/** Runs work in a transaction that commits only what was done, and says what a failure means. Thread-safe if the source is. */
final class Transactions {
  private static final Pattern QUOTED = Pattern.compile("\"([a-z_]+)\"");

  private final DataSource source;

  Transactions(DataSource source) {
    this.source = source;
  }

  /** Work under one transaction; what it throws undoes it. */
  @FunctionalInterface
  interface Work<T> {
    T run(Connection connection) throws SQLException;
  }

  /** Work that only reads. */
  Listing listing(Work<Listing> work) {
    try (Connection connection = source.getConnection()) {
      return work.run(connection);
    } catch (SQLException e) {
      return new Listing.Unavailable(cause(e));
    }
  }

  /** Work that changes; committed if the row was stored or removed, undone otherwise. */
  Outcome change(Work<Outcome> work) {
    try (Connection connection = source.getConnection()) {
      boolean auto = connection.getAutoCommit();
      connection.setAutoCommit(false);
      try {
        Outcome outcome = work.run(connection);
        if (outcome instanceof Outcome.Stored || outcome instanceof Outcome.Removed) {
          connection.commit();
        } else {
          connection.rollback();
        }
        return outcome;
      } catch (SQLException | RuntimeException e) {
        connection.rollback();
        throw e;
      } finally {
        connection.setAutoCommit(auto);
      }
    } catch (SQLException e) {
      return failure(e);
    }
  }

  private static Outcome failure(SQLException e) {
    String state = Optional.ofNullable(e.getSQLState()).orElse("");
    return switch (state) {
      case "23505" -> new Outcome.Conflict("a row with this " + column(e).orElse("id") + " exists already");
      case "23503" ->
          column(e).isEmpty()
              ? new Outcome.Conflict("other rows still refer to this one; remove or change them first")
              : new Outcome.Refused(List.of(Fault.of(column(e).get(), "refers to nothing", "the id of a row that exists")));
      case "23514" -> new Outcome.Refused(List.of(Fault.of(column(e).orElse("row"), "not allowed", "fields that agree with each other")));
      case "40001", "40P01" -> new Outcome.Conflict("another change came between; try again");
      default ->
          state.startsWith("22")
              ? new Outcome.Refused(List.of(Fault.of("row", "not storable", "values within the ranges that the fields have")))
              : new Outcome.Unavailable(cause(e));
    };
  }

  /**
   * The column that a constraint such as {@code accounts_organisation_fkey} of table {@code accounts} is about; empty if the
   * constraint is another table's. In whatever language the message is, it quotes the table first and the constraint second.
   */
  private static Optional<String> column(SQLException e) {
    List<String> names = QUOTED.matcher(String.valueOf(e.getMessage())).results().map((MatchResult match) -> match.group(1)).toList();
    Optional<String> constraint = names.stream().filter(name -> name.matches(".*_(fkey|key|pkey|check)")).findFirst();
    if (constraint.isEmpty()) {
      return Optional.empty();
    }
    boolean foreign = !names.getFirst().equals(constraint.get()) && !constraint.get().startsWith(names.getFirst() + "_");
    String name = constraint.get().replaceFirst("_(fkey|key|pkey|check)$", "").replaceFirst("^(organisations|accounts|api_keys|routing_rules|quotas|time_windows)_?", "");
    return foreign ? Optional.empty() : Optional.of(name.isEmpty() ? "id" : name);
  }

  /** The kind of a failure; its message may quote values. */
  static String cause(SQLException e) {
    return e.getClass().getSimpleName() + " " + Optional.ofNullable(e.getSQLState()).orElse("without state");
  }
}
