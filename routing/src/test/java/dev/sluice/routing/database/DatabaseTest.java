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

  @Test
  void endsAtOnceWhileAServerDoesNotAnswer() throws IOException {
    try (ServerSocket server = silent()) {
      String url = "jdbc:postgresql://127.0.0.1:" + server.getLocalPort() + "/postgres";
      Database database = new Database(new DatabaseSettings(url, Optional.empty(), Optional.empty(), 1, Duration.ofMillis(50)));
      assertThatThrownBy(() -> database.lookups().getConnection()).isInstanceOf(SQLException.class);
      long start = System.nanoTime();
      database.close();
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofMillis(900));
    }
  }
}
