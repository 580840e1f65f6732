// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.load;

import dev.sluice.scheduler.Ticker;
import dev.sluice.t.load.LoadPlan.LoadClass;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One request, which ends exactly once in its class's report. Not thread-safe; confined to the load's event loop. */
final class LoadRequest extends ChannelInboundHandlerAdapter {
  private final LoadClass of;
  private final boolean stream;
  private final long intendedNanos;
  private final Ticker ticker;
  private final ClassReport report;
  private final Consumer<LoadRequest> ended;
  private @Nullable LoadConnections connections;
  private @Nullable Channel channel;
  private @Nullable HttpResponse head;
  private long firstByteNanos;
  private long bytes;
  private boolean over;

  LoadRequest(
      LoadClass of, boolean stream, long intendedNanos, Ticker ticker, ClassReport report,
      Consumer<LoadRequest> ended) {
    this.of = of;
    this.stream = stream;
    this.intendedNanos = intendedNanos;
    this.ticker = ticker;
    this.report = report;
    this.ended = ended;
  }

  void start(LoadConnections from) {
    connections = from;
    from.connect(this::connected);
  }

  private void connected(ChannelFuture how) {
    if (over) {
      how.channel().close();
      return;
    }
    if (!how.isSuccess()) {
      end("failed");
      return;
    }
    channel = how.channel();
    channel.pipeline().addLast(this);
    channel.writeAndFlush(request());
    long abortMillis = of.shape().abortAfter().toMillis();
    if (abortMillis > 0) {
      channel.eventLoop().schedule(() -> hangUp("aborted"), abortMillis, TimeUnit.MILLISECONDS);
    }
  }

  private DefaultFullHttpRequest request() {
    byte[] body = of.shape().body(stream).getBytes(StandardCharsets.UTF_8);
    DefaultFullHttpRequest request = new DefaultFullHttpRequest(
        HttpVersion.HTTP_1_1, HttpMethod.POST, of.shape().path(), Unpooled.wrappedBuffer(body));
    of.headers().forEach((name, value) -> request.headers().set(name, value));
    request.headers().set(HttpHeaderNames.HOST, "llm.example");
    request.headers().set(HttpHeaderNames.CONTENT_TYPE, "application/json");
    request.headers().set(HttpHeaderNames.CONTENT_LENGTH, body.length);
    if (!of.apiKey().isEmpty()) {
      request.headers().set(HttpHeaderNames.AUTHORIZATION, "Bearer " + of.apiKey());
    }
    return request;
  }

  /** The run is over. */
  void giveUp() {
    hangUp("unfinished");
  }

  private void hangUp(String outcome) {
    if (!over) {
      end(outcome);
      if (channel != null) {
        channel.close();
      }
    }
  }

  private void end(String outcome) {
    if (!over) {
      over = true;
      report.ended(outcome);
      ended.accept(this);
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object msg) {
    if (msg instanceof HttpResponse response) {
      head = response;
      firstByteNanos = ticker.read();
    }
    if (msg instanceof HttpContent content) {
      bytes += content.content().readableBytes();
      if (content.decoderResult().isFailure()) {
        hangUp("cut off");
      } else if (content instanceof LastHttpContent && !over && head != null) {
        answered(ctx, head);
      }
    }
    ReferenceCountUtil.release(msg);
  }

  private void answered(ChannelHandlerContext ctx, HttpResponse answer) {
    int status = answer.status().code();
    if (status / 100 == 2) {
      long waitedMillis = Long.parseLong(answer.headers().get("x-sluice-wait-ms", "0"));
      report.success(waitedMillis, firstByteNanos - intendedNanos, ticker.read() - intendedNanos, bytes);
    }
    ctx.pipeline().remove(this);
    if (HttpUtil.isKeepAlive(answer) && connections != null) {
      connections.release(ctx.channel());
    } else {
      ctx.close();
    }
    String reason = answer.headers().get("x-sluice-reason", "");
    end(reason.isEmpty() ? Integer.toString(status) : status + " " + reason);
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    end(head == null ? "failed" : "cut off");
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    end(head == null ? "failed" : "cut off");
    ctx.close();
  }
}
