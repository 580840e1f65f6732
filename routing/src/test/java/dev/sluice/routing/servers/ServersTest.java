// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.servers;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.RedisClient;
import org.junit.jupiter.api.Test;

class ServersTest {
  @Test
  void redisAnswers() throws Exception {
    try (RedisServer server = RedisServer.start();
        RedisClient client = RedisClient.create("redis://127.0.0.1:" + server.port())) {
      assertThat(client.connect().sync().ping()).isEqualTo("PONG");
    }
  }
}
