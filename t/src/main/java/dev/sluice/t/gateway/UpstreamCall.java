// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.gateway;

import dev.sluice.t.gateway.config.Upstream;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ConnectTimeoutException;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One attempt to have an upstream server answer a request. Not thread-safe; confined to the worker's event loop. */
final class UpstreamCall extends ChannelInboundHandlerAdapter {
  private final UpstreamPool pool;
  private final Upstream.Node node;
  private final Upstream.Timeout timeout;
  private final Listener listener;
  private @Nullable Channel channel;
  private Future<?> readTimeout = CompletableFuture.completedFuture(null);
  private boolean ended;
  private boolean keepAlive;
  private boolean informational;

  UpstreamCall(UpstreamPool pool, Upstream.Node node, Upstream.Timeout timeout, Listener listener) {
    this.pool = pool;
    this.node = node;
    this.timeout = timeout;
    this.listener = listener;
  }

  /** Gets one head, any number of pieces and one end; a failure takes the place of whatever is still to come. */
  interface Listener {
    void upstreamHead(HttpResponse head);

    /** The bytes are the caller's; retain them to keep them. */
    void upstreamContent(ByteBuf bytes);

    void upstreamEnd();

    /** {@code status} is what the client should get if nothing was sent yet: 502 or 504. */
    void upstreamFailed(int status);
  }

  /** Sends the request; its headers are copied without those that concern one connection only. */
  void start(GatewayRequest request, String host) {
    FullHttpRequest message = new DefaultFullHttpRequest(
        HttpVersion.HTTP_1_1,
        HttpMethod.valueOf(request.method()),
        request.upstreamUri(),
        Unpooled.wrappedBuffer(request.body()));
    message.headers().set(request.headers());
    for (CharSequence own : new CharSequence[] {
      HttpHeaderNames.CONNECTION, "keep-alive", HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderNames.TE,
      HttpHeaderNames.UPGRADE, HttpHeaderNames.EXPECT}) {
      message.headers().remove(own);
    }
    message.headers().set(HttpHeaderNames.HOST, host);
    message.headers().set("X-Real-IP", request.remoteText());
    String forwarded = request.headers().get("X-Forwarded-For", "");
    message.headers().set(
        "X-Forwarded-For", forwarded.isEmpty() ? request.remoteText() : forwarded + ", " + request.remoteText());
    if (request.body().length > 0 || request.headers().contains(HttpHeaderNames.CONTENT_LENGTH)) {
      message.headers().set(HttpHeaderNames.CONTENT_LENGTH, request.body().length);
    }
    pool.connect(node.host(), node.port(), timeout.connectSeconds(), (open, how) -> connected(open, how, message));
  }

  private void connected(Channel open, ChannelFuture how, FullHttpRequest message) {
    if (ended) {
      message.release();
      open.close();
    } else if (!how.isSuccess()) {
      message.release();
      fail(how.cause() instanceof ConnectTimeoutException ? 504 : 502);
    } else {
      channel = open;
      open.pipeline().addLast(this);
      open.config().setAutoRead(true);
      open.writeAndFlush(message);
      armReadTimeout(open);
    }
  }

  /** Stops or resumes reading, so that a slow client slows its upstream down. */
  void reading(boolean on) {
    if (channel != null) {
      channel.config().setAutoRead(on);
    }
  }

  /** Hangs up on the server; the listener hears nothing more. */
  void abort() {
    ended = true;
    readTimeout.cancel(false);
    if (channel != null) {
      channel.close();
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object msg) {
    try {
      if (!ended) {
        readTimeout.cancel(false);
        armReadTimeout(ctx.channel());
        read(ctx, msg);
      }
    } finally {
      ReferenceCountUtil.release(msg);
    }
  }

  private void read(ChannelHandlerContext ctx, Object msg) {
    if (msg instanceof HttpResponse head) {
      if (head.decoderResult().isFailure()) {
        fail(502);
        return;
      }
      informational = head.status().code() < 200;
      if (!informational) {
        keepAlive = HttpUtil.isKeepAlive(head);
        listener.upstreamHead(head);
      }
    } else if (msg instanceof HttpContent content && !informational) {
      if (content.decoderResult().isFailure()) {
        fail(502);
        return;
      }
      if (content.content().isReadable()) {
        listener.upstreamContent(content.content());
      }
      if (content instanceof LastHttpContent && !ended) {
        end(ctx);
      }
    }
  }

  private void end(ChannelHandlerContext ctx) {
    ended = true;
    readTimeout.cancel(false);
    ctx.pipeline().remove(this);
    ctx.channel().config().setAutoRead(true);
    if (keepAlive) {
      pool.release(node.host(), node.port(), ctx.channel());
    } else {
      ctx.close();
    }
    listener.upstreamEnd();
  }

  private void armReadTimeout(Channel open) {
    readTimeout = open.eventLoop().schedule(
        () -> fail(504), (long) (timeout.readSeconds() * 1000), TimeUnit.MILLISECONDS);
  }

  private void fail(int status) {
    if (!ended) {
      abort();
      listener.upstreamFailed(status);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    fail(502);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    fail(502);
  }
}
