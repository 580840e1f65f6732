// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DatabaseTest {
  /** A connection to it is made and never answered. */
  private static ServerSocket silent() throws IOException {
    return new ServerSocket(0, 16, InetAddress.getLoopbackAddress());
  }

  private static Database database(ServerSocket server, Duration deadline) {
    String url = "jdbc:postgresql://127.0.0.1:" + server.getLocalPort() + "/postgres";
    return new Database(new DatabaseSettings(url, Optional.empty(), Optional.empty(), 1, deadline));
  }

  @Test
  void waitsForAConnectionAsLongAsALookUpMayTake() throws IOException {
    Duration deadline = Duration.ofMillis(900);
    try (ServerSocket server = silent();
        Database database = database(server, deadline)) {
      long start = System.nanoTime();
      assertThatThrownBy(() -> database.lookups().getConnection()).isInstanceOf(SQLException.class);
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(deadline);
    }
  }

  @Test
  void endsAtOnceWhileAServerDoesNotAnswer() throws IOException {
    try (ServerSocket server = silent()) {
      Database database = database(server, Duration.ofMillis(50));
      assertThatThrownBy(() -> database.lookups().getConnection()).isInstanceOf(SQLException.class);
      long start = System.nanoTime();
      database.close();
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofMillis(900));
    }
  }
}
