// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.runner;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A listening unix socket that does nothing but accept. Thread-safe.
 *
 * <p>The kernel's backlog holds a few thousand connections, and whoever comes on top of a full one is an instant failure for the gateway. A
 * crowd is taken in if accepting costs less than connecting; so all that this loop does for a connection is to accept it and to pass its
 * number on, and the loop that will serve it makes the channel.
 */
final class EpollListening implements Listening, EpollIoHandle {
  private static final Logger log = LoggerFactory.getLogger(EpollListening.class);

  /** Accepted in one go, before the loop looks whether it is to stop. */
  private static final int MOST_ACCEPTED_AT_ONCE = 8192;

  /** How long to leave a socket alone that can't be accepted from, mostly for want of file descriptors. */
  private static final long PAUSE_MILLIS = 500;

  private final Socket socket;
  private final IoEventLoop loop;
  private final EventLoopGroup workers;
  private final NewConnection heard;

  /** What the kernel writes a peer's address to; callers of unix sockets have none. */
  private final byte[] peer = new byte[26];

  private EpollListening(Socket socket, IoEventLoop loop, EventLoopGroup workers, NewConnection heard) {
    this.socket = socket;
    this.loop = loop;
    this.workers = workers;
    this.heard = heard;
  }

  /** Binds {@code path} and accepts on the first loop of {@code acceptor}. */
  static EpollListening open(Path path, int backlog, IoEventLoopGroup acceptor, EventLoopGroup workers, NewConnection heard) throws IOException {
    Socket socket = Socket.newSocketDomain();
    EpollListening listening = new EpollListening(socket, acceptor.next(), workers, heard);
    try {
      socket.bind(new DomainSocketAddress(path.toString()));
      socket.listen(backlog);
      IoRegistration registration = listening.loop.register(listening).syncUninterruptibly().getNow();
      registration.submit(EpollIoOps.EPOLLIN);
      return listening;
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  @Override
  public FileDescriptor fd() {
    return socket;
  }

  @Override
  public void handle(IoRegistration registration, IoEvent event) {
    try {
      for (int i = 0; i < MOST_ACCEPTED_AT_ONCE && socket.isOpen(); i++) {
        int connection = socket.accept(peer);
        if (connection < 0) {
          return;
        }
        pass(connection);
      }
    } catch (IOException e) {
      log.warn("event=accept_failed reason=\"{}\" pause_ms={}", e.getMessage(), PAUSE_MILLIS);
      registration.submit(EpollIoOps.NONE);
      loop.schedule(() -> resume(registration), PAUSE_MILLIS, TimeUnit.MILLISECONDS);
    }
  }

  private void resume(IoRegistration registration) {
    if (registration.isValid()) {
      registration.submit(EpollIoOps.EPOLLIN);
    }
  }

  private void pass(int connection) throws IOException {
    EventLoop worker = workers.next();
    try {
      worker.execute(() -> adopt(connection, worker));
    } catch (RejectedExecutionException e) {
      new FileDescriptor(connection).close(); // the runner ends
    }
  }

  private void adopt(int connection, EventLoop worker) {
    EpollDomainSocketChannel channel = new EpollDomainSocketChannel(connection);
    heard.accepted(channel, worker);
    worker.register(channel);
  }

  @Override
  public void close() {
    if (loop.inEventLoop()) {
      release();
    } else {
      try {
        loop.submit(this::release).awaitUninterruptibly();
      } catch (RejectedExecutionException e) {
        release(); // its loop has ended, and so nobody accepts
      }
    }
  }

  private void release() {
    try {
      if (socket.isOpen()) {
        socket.close(); // which takes it out of epoll
      }
    } catch (IOException e) {
      log.warn("event=socket_close_failed reason=\"{}\"", e.getMessage());
    }
  }
}
