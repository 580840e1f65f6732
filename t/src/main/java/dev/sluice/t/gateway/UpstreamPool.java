// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.gateway;

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
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

/** Connections to upstream servers, kept alive between requests. Not thread-safe; confined to the worker's event loop. */
final class UpstreamPool {
  private static final int MAX_IDLE_PER_ADDRESS = 320;
  private static final long IDLE_SECONDS = 60;

  private final EventLoop loop;
  private final Map<String, Deque<Channel>> idle = new HashMap<>();

  UpstreamPool(EventLoop loop) {
    this.loop = loop;
  }

  /** Hands out an open channel, or one that failed to open together with the cause. */
  void connect(String host, int port, double timeoutSeconds, BiConsumer<Channel, ChannelFuture> ready) {
    Deque<Channel> pooled = idle.getOrDefault(key(host, port), new ArrayDeque<>());
    for (Channel channel = pooled.pollLast(); channel != null; channel = pooled.pollLast()) {
      if (channel.isActive()) {
        ready.accept(channel, channel.newSucceededFuture());
        return;
      }
    }
    ChannelFuture connecting = new Bootstrap()
        .group(loop)
        .channel(EpollSocketChannel.class)
        .option(ChannelOption.TCP_NODELAY, true)
        .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) (timeoutSeconds * 1000))
        .handler(new ChannelInitializer<Channel>() {
          @Override
          protected void initChannel(Channel channel) {
            channel.pipeline().addLast(new HttpClientCodec());
          }
        })
        .connect(new InetSocketAddress(host, port));
    connecting.addListener(done -> ready.accept(connecting.channel(), connecting));
  }

  /** Takes back a channel whose answer was read whole and which carries no handler but the codec. */
  void release(String host, int port, Channel channel) {
    Deque<Channel> pooled = idle.computeIfAbsent(key(host, port), k -> new ArrayDeque<>());
    if (!channel.isActive() || pooled.size() == MAX_IDLE_PER_ADDRESS) {
      channel.close();
      return;
    }
    pooled.addLast(channel);
    channel.closeFuture().addListener(done -> pooled.remove(channel));
    loop.schedule(() -> {
      if (channel.equals(pooled.peekFirst()) && pooled.remove(channel)) {
        channel.close();
      }
    }, IDLE_SECONDS, TimeUnit.SECONDS);
  }

  void close() {
    idle.values().forEach(channels -> new ArrayDeque<>(channels).forEach(Channel::close));
  }

  private static String key(String host, int port) {
    return host + ":" + port;
  }
}
