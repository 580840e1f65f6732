// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.gateway;

import dev.sluice.t.gateway.config.Plugin;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.timeout.ReadTimeoutHandler;
import io.netty.util.ReferenceCountUtil;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** One POST to the collector on a connection of its own. Not thread-safe; confined to the worker's event loop. */
final class EventPost extends ChannelInboundHandlerAdapter {
  private final Consumer<Boolean> accepted;
  private boolean ended;

  private EventPost(Consumer<Boolean> accepted) {
    this.accepted = accepted;
  }

  /** Sends {@code body} and tells once whether the collector took it: an answer below 400 within the timeout. */
  static void send(EventLoop loop, Plugin.HttpLogger.Endpoint to, byte[] body, Consumer<Boolean> accepted) {
    EventPost post = new EventPost(accepted);
    new Bootstrap()
        .group(loop)
        .channel(EpollSocketChannel.class)
        .option(ChannelOption.TCP_NODELAY, true)
        .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, to.timeoutSeconds() * 1000)
        .handler(new ChannelInitializer<Channel>() {
          @Override
          protected void initChannel(Channel channel) {
            channel.pipeline()
                .addLast(new ReadTimeoutHandler(to.timeoutSeconds(), TimeUnit.SECONDS))
                .addLast(new HttpClientCodec())
                .addLast(post);
          }
        })
        .connect(new InetSocketAddress(to.host(), to.port()))
        .addListener(done -> {
          if (done.isSuccess()) {
            ((ChannelFuture) done).channel().writeAndFlush(request(to, body));
          } else {
            post.end(false);
          }
        });
  }

  private static DefaultFullHttpRequest request(Plugin.HttpLogger.Endpoint to, byte[] body) {
    DefaultFullHttpRequest post = new DefaultFullHttpRequest(
        HttpVersion.HTTP_1_1, HttpMethod.POST, to.pathAndQuery(), Unpooled.wrappedBuffer(body));
    // The logger names the host without its port.
    post.headers().set(HttpHeaderNames.HOST, to.host());
    post.headers().set(HttpHeaderNames.USER_AGENT, "lua-resty-http/0.16.1 (Lua) ngx_lua/10031");
    post.headers().set(HttpHeaderNames.CONTENT_LENGTH, body.length);
    if (!to.authorization().isEmpty()) {
      post.headers().set(HttpHeaderNames.AUTHORIZATION, to.authorization());
    }
    post.headers().set(HttpHeaderNames.CONTENT_TYPE, "application/json");
    return post;
  }

  private void end(boolean taken) {
    if (!ended) {
      ended = true;
      accepted.accept(taken);
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object msg) {
    if (msg instanceof HttpResponse answer) {
      end(answer.status().code() < 400);
      ctx.close();
    }
    ReferenceCountUtil.release(msg);
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    end(false);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    end(false);
    ctx.close();
  }
}
