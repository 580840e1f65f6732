// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.database;

import dev.sluice.routing.store.FailureCause;
import dev.sluice.routing.store.StoreException;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** What a driver's exception means. Immutable. */
final class SqlFailures {
  private SqlFailures() {}

  static StoreException of(@Nullable Throwable thrown) {
    return switch (thrown) {
      case SQLException sql -> new StoreException(cause(sql), "SQL state " + sql.getSQLState());
      case IllegalArgumentException row -> new StoreException(FailureCause.MALFORMED, "a row is at fault: " + row.getMessage());
      case null, default -> new StoreException(FailureCause.ERROR, String.valueOf(thrown));
    };
  }

  /** By the class of the SQL state; a pool that gives out no connection hides the driver's state inside. */
  static FailureCause cause(SQLException thrown) {
    @Nullable String state = thrown.getSQLState();
    if (state == null && thrown.getCause() instanceof SQLException inner) {
      state = inner.getSQLState();
    }
    if (state == null || state.startsWith("08") || state.startsWith("57P")) {
      return FailureCause.DISCONNECTED;
    }
    if (state.equals("57014")) {
      return FailureCause.TIMEOUT;
    }
    return state.startsWith("53") || state.startsWith("25") ? FailureCause.REFUSED : FailureCause.ERROR;
  }
}
