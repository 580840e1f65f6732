// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.registry;

import dev.sluice.routing.KeyFingerprint;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** What listeners are to hear of one change: gathered within its transaction, told after it. Immutable. */
record News(Entity entity, List<KeyFingerprint> keys) {
  static News of(Connection connection, Entity entity, String id) throws SQLException {
    String sql =
        switch (entity.name()) {
          case "key" -> "SELECT fingerprint FROM api_keys WHERE id = ?";
          case "account" -> "SELECT fingerprint FROM api_keys WHERE account = ?";
          case "organisation" -> "SELECT k.fingerprint FROM api_keys k JOIN accounts a ON a.id = k.account WHERE a.organisation = ?";
          default -> "";
        };
    var keys = new ArrayList<KeyFingerprint>();
    if (!sql.isEmpty()) {
      try (PreparedStatement statement = Table.prepare(connection, sql)) {
        statement.setString(1, id);
        try (ResultSet rows = statement.executeQuery()) {
          while (rows.next()) {
            keys.add(KeyFingerprint.of(rows.getBytes(1)));
          }
        }
      }
    }
    return new News(entity, keys);
  }

  void tell(Changes changes) {
    keys.forEach(changes::keyChanged);
    switch (entity.name()) {
      case "rule" -> changes.rulesChanged();
      case "quota" -> changes.quotasChanged();
      case "time_window" -> changes.windowsChanged();
      default -> {}
    }
  }
}
