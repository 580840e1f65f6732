// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.servers;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;

/** A real Redis on a loopback port that keeps nothing on disk. Thread-safe. */
public final class RedisServer implements AutoCloseable {
  private final redis.embedded.RedisServer server;
  private final int port;

  private RedisServer(redis.embedded.RedisServer server, int port) {
    this.server = server;
    this.port = port;
  }

  /** Starts one on a free port. */
  public static RedisServer start() throws IOException {
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    return start(port);
  }

  /** Starts one on {@code port}, such as that of one that was stopped; it begins empty. */
  public static RedisServer start(int port) throws IOException {
    redis.embedded.RedisServer server = redis.embedded.RedisServer.newRedisServer().port(port).setting("save \"\"").build();
    server.start();
    return new RedisServer(server, port);
  }

  public int port() {
    return port;
  }

  @Override
  public void close() throws IOException {
    server.stop();
  }
}
