// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.runner;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * Opens connections to a socket that nobody else knows, and closes them.
 *
 * <p>The kernel holds a few thousand connections for us, and whoever comes on top of a full backlog is an instant failure for the
 * gateway. Code that has never run is too slow for the first crowd; this makes the crowd's connections not the first.
 */
final class AcceptRehearsal {
  private static final int ROUNDS = 4;
  private static final int CONNECTIONS = 1_000;

  private AcceptRehearsal() {}

  /**
   * Runs on the caller's thread for some tenths of a second.
   *
   * @param wanted asked before each connection; ends the rehearsal once it is false
   * @throws IOException if the socket is not served
   */
  static void run(Path socket, BooleanSupplier wanted) throws IOException {
    UnixDomainSocketAddress address = UnixDomainSocketAddress.of(socket);
    List<SocketChannel> open = new ArrayList<>(CONNECTIONS);
    for (int round = 0; round < ROUNDS && wanted.getAsBoolean(); round++) {
      try {
        for (int i = 0; i < CONNECTIONS && wanted.getAsBoolean(); i++) {
          SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
          open.add(channel);
          channel.connect(address);
        }
      } finally {
        for (SocketChannel channel : open) {
          channel.close();
        }
        open.clear();
      }
    }
  }
}
