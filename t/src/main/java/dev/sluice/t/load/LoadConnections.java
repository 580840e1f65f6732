// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.load;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.handler.codec.http.HttpClientCodec;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;

/** The callers' connections, kept alive and used again, as many as are needed. Confined to the load's event loop. */
final class LoadConnections {
  private final EventLoop loop;
  private final InetSocketAddress target;
  private final Deque<Channel> idle = new ArrayDeque<>();

  LoadConnections(EventLoop loop, InetSocketAddress target) {
    this.loop = loop;
    this.target = target;
  }

  /** Hands out a finished attempt to connect, or an idle connection in that form. */
  void connect(Consumer<ChannelFuture> ready) {
    for (Channel channel = idle.pollLast(); channel != null; channel = idle.pollLast()) {
      if (channel.isActive()) {
        ready.accept(channel.newSucceededFuture());
        return;
      }
    }
    ChannelFuture connecting = new Bootstrap()
        .group(loop)
        .channel(EpollSocketChannel.class)
        .option(ChannelOption.TCP_NODELAY, true)
        .handler(new ChannelInitializer<Channel>() {
          @Override
          protected void initChannel(Channel channel) {
            channel.pipeline().addLast(new HttpClientCodec());
          }
        })
        .connect(target);
    connecting.addListener(done -> ready.accept(connecting));
  }

  void release(Channel channel) {
    idle.addLast(channel);
  }

  void close() {
    idle.forEach(Channel::close);
  }
}
