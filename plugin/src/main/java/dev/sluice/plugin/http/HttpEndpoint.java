// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.http;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;

/**
 * An HTTP/1.1 server on one TCP address with one event loop of its own. Thread-safe.
 *
 * <p>A connection has {@link Limits#arrivalSeconds} to deliver a whole request and {@link Limits#idleSeconds} between
 * requests; connections beyond {@link Limits#connections} are closed on arrival.
 */
public final class HttpEndpoint implements AutoCloseable {
  /**
   * Bounds of a port. Immutable.
   *
   * @param bodyBytes largest body; larger ones are answered 413
   * @param connections most connections at once
   * @param arrivalSeconds time for a request to arrive whole
   * @param idleSeconds time a connection may stay unused
   */
  public record Limits(int bodyBytes, int connections, int arrivalSeconds, int idleSeconds) {}

  private final String name;
  private final InetSocketAddress listen;
  private final Limits limits;
  private final HttpHandler handler;
  private final EventLoopGroup loop;
  private final ChannelGroup channels = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);

  /** An endpoint not yet listening; {@code name} appears in thread names and errors. */
  public HttpEndpoint(String name, InetSocketAddress listen, Limits limits, HttpHandler handler) {
    this.name = name;
    this.listen = listen;
    this.limits = limits;
    this.handler = handler;
    this.loop = new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory("sluice-" + name, true), NioIoHandler.newFactory());
  }

  /**
   * Binds the address.
   *
   * @return the bound address, with the real port where 0 was asked for
   * @throws IOException if the address cannot be bound
   */
  public InetSocketAddress start() throws IOException {
    ServerBootstrap bootstrap =
        new ServerBootstrap()
            .group(loop)
            .channel(NioServerSocketChannel.class)
            .option(ChannelOption.SO_BACKLOG, 1024)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childHandler(new Pipeline());
    ChannelFuture bound = bootstrap.bind(listen).awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw new IOException(name + ": cannot listen on " + listen + ": " + bound.cause().getMessage(), bound.cause());
    }
    Channel server = bound.channel();
    channels.add(server);
    return (InetSocketAddress) server.localAddress();
  }

  /** Closes the port and every connection, at most 200 ms after the call. */
  @Override
  public void close() {
    channels.close().awaitUninterruptibly(100, TimeUnit.MILLISECONDS);
    loop.shutdownGracefully(0, 100, TimeUnit.MILLISECONDS).awaitUninterruptibly(100, TimeUnit.MILLISECONDS);
  }

  private final class Pipeline extends ChannelInitializer<SocketChannel> {
    @Override
    protected void initChannel(SocketChannel channel) {
      if (channels.size() > limits.connections()) {
        channel.close();
        return;
      }
      channels.add(channel);
      channel
          .pipeline()
          .addLast(new ArrivalTimeout(limits.arrivalSeconds(), limits.idleSeconds()))
          .addLast(new HttpServerCodec())
          .addLast(new HttpObjectAggregator(limits.bodyBytes(), true))
          .addLast(new HttpExchange(handler));
    }
  }
}
