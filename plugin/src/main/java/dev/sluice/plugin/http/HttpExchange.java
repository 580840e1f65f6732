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
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Turns one Netty request into an {@link HttpCall} and its answer back. Not thread-safe; confined to the connection's event loop. */
final class HttpExchange extends SimpleChannelInboundHandler<FullHttpRequest> {
  private static final Logger log = LoggerFactory.getLogger(HttpExchange.class);

  private final HttpHandler handler;

  HttpExchange(HttpHandler handler) {
    this.handler = handler;
  }

  @Override
  protected void channelRead0(ChannelHandlerContext ctx, FullHttpRequest request) {
    HttpAnswer answer = request.decoderResult().isSuccess() ? answer(request) : HttpAnswer.problem(400, "Bad Request", "not an HTTP request");
    boolean keepAlive = request.decoderResult().isSuccess() && HttpUtil.isKeepAlive(request);
    FullHttpResponse response =
        new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(answer.status()), Unpooled.wrappedBuffer(answer.body()));
    response.headers().set(HttpHeaderNames.CONTENT_TYPE, answer.contentType());
    response.headers().set(HttpHeaderNames.CACHE_CONTROL, "no-store");
    HttpUtil.setContentLength(response, answer.body().length);
    HttpUtil.setKeepAlive(response, keepAlive);
    var written = ctx.writeAndFlush(response);
    if (!keepAlive) {
      written.addListener(ChannelFutureListener.CLOSE);
    }
  }

  private HttpAnswer answer(FullHttpRequest request) {
    String uri = request.uri();
    int mark = uri.indexOf('?');
    List<String> authorization = request.headers().getAll(HttpHeaderNames.AUTHORIZATION);
    HttpCall call =
        new HttpCall(
            request.method().name(),
            mark < 0 ? uri : uri.substring(0, mark),
            mark < 0 ? "" : uri.substring(mark + 1),
            authorization.size() == 1 ? Optional.of(authorization.get(0)) : Optional.empty(),
            ByteBufUtil.getBytes(request.content()));
    try {
      return handler.handle(call);
    } catch (RuntimeException e) {
      log.error("path={} failed", call.path(), e);
      return HttpAnswer.problem(500, "Internal Server Error", "the log has the cause");
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    log.debug("connection failed: {}", cause.toString());
    ctx.close();
  }
}
