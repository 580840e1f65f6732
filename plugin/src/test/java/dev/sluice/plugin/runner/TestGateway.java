// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.runner;

import dev.sluice.plugin.protocol.Wire;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Optional;

/** A gateway's connection: sends bytes and reads frames, with a bound on every wait. Not thread-safe. */
final class TestGateway implements AutoCloseable {
  static final long WAIT_MILLIS = 10_000;

  private final SocketChannel channel;
  private final Selector selector;

  TestGateway(Path socket) {
    try {
      channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
      channel.configureBlocking(false);
      selector = Selector.open();
      channel.register(selector, SelectionKey.OP_READ);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  TestGateway send(byte[] bytes) {
    try {
      ByteBuffer buffer = ByteBuffer.wrap(bytes);
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Sends and reads the one reply. */
  Wire.Reply ask(byte[] frame) {
    return send(frame).read();
  }

  long prepare(String key, String... namesAndConfs) {
    return ask(Wire.prepare(key, namesAndConfs)).confToken();
  }

  /** The next frame. */
  Wire.Reply read() {
    return read(WAIT_MILLIS).orElseThrow(() -> new AssertionError("no frame within " + WAIT_MILLIS + " ms"));
  }

  /** The next frame, if it comes in time. */
  Optional<Wire.Reply> read(long waitMillis) {
    ByteBuffer header = ByteBuffer.allocate(4);
    if (!fill(header, waitMillis)) {
      return Optional.empty();
    }
    int word = header.getInt(0);
    ByteBuffer payload = ByteBuffer.allocate(word & 0xff_ffff);
    if (!fill(payload, WAIT_MILLIS)) {
      throw new AssertionError("half a frame");
    }
    return Optional.of(new Wire.Reply(word >>> 24, payload.array()));
  }

  /** Whether the runner closes the connection in time, after which nothing follows. */
  boolean closedByRunner() {
    try {
      fill(ByteBuffer.allocate(1), WAIT_MILLIS);
      return false;
    } catch (UncheckedIOException e) {
      return true;
    }
  }

  private boolean fill(ByteBuffer buffer, long waitMillis) {
    try {
      long deadline = System.nanoTime() + waitMillis * 1_000_000;
      while (buffer.hasRemaining()) {
        int read = channel.read(buffer);
        if (read < 0) {
          throw new IOException("closed by the runner");
        }
        if (read == 0) {
          long left = (deadline - System.nanoTime()) / 1_000_000;
          if (left <= 0) {
            return false;
          }
          selector.select(left);
          selector.selectedKeys().clear();
        }
      }
      return true;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    try {
      selector.close();
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
