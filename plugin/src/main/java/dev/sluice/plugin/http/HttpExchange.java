// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.http;

import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.ReferenceCountUtil;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns one Netty request into an {@link HttpCall} and its answer back. Not thread-safe; confined to the connection's event loop.
 *
 * <p>One request is at work at a time, and those that were sent ahead wait for their turn, so that answers keep the order of
 * requests. Who sends more than {@value #AHEAD} ahead is cut off.
 */
final class HttpExchange extends SimpleChannelInboundHandler<FullHttpRequest> {
  private static final Logger log = LoggerFactory.getLogger(HttpExchange.class);

  private static final int AHEAD = 16;

  private final HttpHandler handler;
  private final Queue<FullHttpRequest> ahead = new ArrayDeque<>();
  private boolean busy;

  HttpExchange(HttpHandler handler) {
    this.handler = handler;
  }

  @Override
  protected void channelRead0(ChannelHandlerContext ctx, FullHttpRequest request) {
    if (!busy) {
      take(ctx, request);
    } else if (ahead.size() < AHEAD) {
      ahead.add(request.retain());
    } else {
      ctx.close();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    ahead.forEach(ReferenceCountUtil::release);
    ahead.clear();
    ctx.fireChannelInactive();
  }

  private void take(ChannelHandlerContext ctx, FullHttpRequest request) {
    busy = true;
    if (request.decoderResult().isFailure()) {
      write(ctx, HttpAnswer.problem(400, "Bad Request", "not an HTTP request"), false);
      return;
    }
    HttpCall call = call(request, (InetSocketAddress) ctx.channel().remoteAddress());
    boolean keepAlive = HttpUtil.isKeepAlive(request);
    begin(call).whenComplete((answer, failure) -> {
      HttpAnswer given = answer == null ? failed(call, failure) : answer;
      if (ctx.executor().inEventLoop()) {
        write(ctx, given, keepAlive);
      } else {
        ctx.executor().execute(() -> write(ctx, given, keepAlive));
      }
    });
  }

  private CompletionStage<HttpAnswer> begin(HttpCall call) {
    try {
      return handler.begin(call);
    } catch (RuntimeException e) {
      return CompletableFuture.failedStage(e);
    }
  }

  private static HttpAnswer failed(HttpCall call, @Nullable Throwable failure) {
    log.error("path={} failed", call.path().replaceAll("[^!-~]", "?"), failure);
    return HttpAnswer.problem(500, "Internal Server Error", "the log has the cause");
  }

  private void write(ChannelHandlerContext ctx, HttpAnswer answer, boolean wanted) {
    boolean keepAlive = wanted && !"close".equals(answer.headers().get("Connection"));
    FullHttpResponse response =
        new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(answer.status()), Unpooled.wrappedBuffer(answer.body()));
    response.headers().set(HttpHeaderNames.CONTENT_TYPE, answer.contentType());
    response.headers().set(HttpHeaderNames.CACHE_CONTROL, "no-store");
    response.headers().set("x-content-type-options", "nosniff");
    answer.headers().forEach((name, value) -> response.headers().set(name, value));
    HttpUtil.setContentLength(response, answer.body().length);
    HttpUtil.setKeepAlive(response, keepAlive);
    var written = ctx.writeAndFlush(response);
    if (!keepAlive) {
      written.addListener(ChannelFutureListener.CLOSE);
      return;
    }
    busy = false;
    FullHttpRequest next = ahead.poll();
    if (next != null) {
      try {
        take(ctx, next);
      } finally {
        next.release();
      }
    }
  }

  private static HttpCall call(FullHttpRequest request, InetSocketAddress peer) {
    String uri = request.uri();
    int mark = uri.indexOf('?');
    HttpHeaders headers = request.headers();
    return new HttpCall(
        request.method().name(),
        mark < 0 ? uri : uri.substring(0, mark),
        mark < 0 ? "" : uri.substring(mark + 1),
        peer.getAddress(),
        new HttpCall.Fields(
            only(headers, HttpHeaderNames.AUTHORIZATION), only(headers, HttpHeaderNames.CONTENT_TYPE), only(headers, HttpHeaderNames.IF_MATCH)),
        ByteBufUtil.getBytes(request.content()));
  }

  private static Optional<String> only(HttpHeaders headers, CharSequence name) {
    List<String> values = headers.getAll(name);
    return values.size() == 1 ? Optional.of(values.get(0)) : Optional.empty();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    log.debug("connection failed: {}", cause.toString());
    ctx.close();
  }
}
