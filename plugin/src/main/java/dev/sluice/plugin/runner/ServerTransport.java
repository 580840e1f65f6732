// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.runner;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;

/** The choice of I/O at start, in Netty's terms. Immutable. */
enum ServerTransport {
  EPOLL {
    @Override
    IoHandlerFactory ioHandlers() {
      return EpollIoHandler.newFactory();
    }

    @Override
    Listening listen(Path path, int backlog, IoEventLoopGroup acceptor, EventLoopGroup workers, NewConnection heard) throws IOException {
      return EpollListening.open(path, backlog, acceptor, workers, heard);
    }
  },
  NIO {
    @Override
    IoHandlerFactory ioHandlers() {
      return NioIoHandler.newFactory();
    }

    @Override
    Listening listen(Path path, int backlog, IoEventLoopGroup acceptor, EventLoopGroup workers, NewConnection heard) throws IOException {
      ServerBootstrap bootstrap =
          new ServerBootstrap()
              .group(acceptor, workers)
              .channel(NioServerDomainSocketChannel.class)
              .option(ChannelOption.SO_BACKLOG, backlog)
              .childHandler(
                  new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                      heard.accepted(channel, channel.eventLoop());
                    }
                  });
      var binding = bootstrap.bind(UnixDomainSocketAddress.of(path)).awaitUninterruptibly();
      if (!binding.isSuccess()) {
        throw new IOException(binding.cause());
      }
      Channel listening = binding.channel();
      return () -> listening.close().awaitUninterruptibly();
    }
  };

  static ServerTransport of(Transport wanted) {
    return switch (wanted) {
      case EPOLL -> {
        Epoll.ensureAvailability();
        yield EPOLL;
      }
      case NIO -> NIO;
      case AUTO -> Epoll.isAvailable() ? EPOLL : NIO;
    };
  }

  abstract IoHandlerFactory ioHandlers();

  /**
   * Binds {@code path} and serves it.
   *
   * @throws IOException if it can't be bound
   */
  abstract Listening listen(Path path, int backlog, IoEventLoopGroup acceptor, EventLoopGroup workers, NewConnection heard) throws IOException;
}
