// SPDX-License-Identifier: Apache-2.0
package dev.sluice.routing.servers;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** A loopback port in front of a server that can be made as bad as networks are. Thread-safe. */
public final class TcpProxy implements AutoCloseable {
  /** What happens to bytes and connections. */
  public enum Fault {
    /** Nothing bad. */
    NONE,
    /** Connections are reset, present and new ones. */
    RESET,
    /** Connections stand, and no byte arrives. */
    BLACKHOLE,
    /** Every piece arrives two seconds late. */
    DELAY,
    /** One byte arrives every ten milliseconds. */
    SLOW_BYTES
  }

  private static final Duration LATE = Duration.ofSeconds(2);
  private static final Duration SLOW = Duration.ofMillis(10);

  private final ServerSocket listener;
  private volatile int target;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final AtomicLong accepted = new AtomicLong();
  private volatile Fault fault = Fault.NONE;

  private TcpProxy(ServerSocket listener, int target) {
    this.listener = listener;
    this.target = target;
  }

  /** A proxy on a free port in front of {@code target}. */
  public static TcpProxy before(int target) throws IOException {
    var proxy = new TcpProxy(new ServerSocket(0, 256, InetAddress.getLoopbackAddress()), target);
    Thread.ofVirtual().start(proxy::accept);
    return proxy;
  }

  public int port() {
    return listener.getLocalPort();
  }

  /** Connections that clients opened so far. */
  public long accepted() {
    return accepted.get();
  }

  /** From now on this happens; a reset ends the connections that stand. */
  public void fault(Fault next) {
    fault = next;
    if (next == Fault.RESET) {
      open.forEach(TcpProxy::reset);
    }
  }

  /** From now on connections lead to another server; those that stand are reset. */
  public void lead(int to) {
    target = to;
    open.forEach(TcpProxy::reset);
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket client = listener.accept();
        accepted.incrementAndGet();
        if (fault == Fault.RESET) {
          reset(client);
        } else {
          Thread.ofVirtual().start(() -> connect(client));
        }
      } catch (IOException e) {
        // Closed, or a client that left at once.
        continue;
      }
    }
  }

  private void connect(Socket client) {
    open.add(client);
    try {
      Socket server = new Socket();
      open.add(server);
      server.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), target), 1_000);
      server.setTcpNoDelay(true);
      client.setTcpNoDelay(true);
      Thread.ofVirtual().start(() -> pass(client, server));
      pass(server, client);
    } catch (IOException e) {
      reset(client);
    }
  }

  private void pass(Socket from, Socket to) {
    byte[] piece = new byte[16_384];
    try (from; to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int read = in.read(piece); read >= 0; read = in.read(piece)) {
        write(out, piece, read);
      }
    } catch (IOException e) {
      reset(from);
      reset(to);
    } finally {
      open.remove(from);
      open.remove(to);
    }
  }

  private void write(OutputStream out, byte[] piece, int length) throws IOException {
    int from = 0;
    while (fault == Fault.SLOW_BYTES && from < length) {
      pause(SLOW);
      out.write(piece, from++, 1);
    }
    if (fault == Fault.DELAY) {
      pause(LATE);
    }
    while (fault == Fault.BLACKHOLE && !listener.isClosed()) {
      pause(SLOW);
    }
    if (fault == Fault.RESET) {
      throw new IOException("reset");
    }
    out.write(piece, from, length - from);
  }

  private static void pause(Duration time) {
    LockSupport.parkNanos(time.toNanos());
  }

  private static void reset(Socket socket) {
    try {
      socket.setSoLinger(true, 0);
    } catch (IOException e) {
      // Closed already.
      return;
    } finally {
      close(socket);
    }
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
    open.forEach(TcpProxy::reset);
  }
}
