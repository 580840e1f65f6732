// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.gateway;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A client's HTTP/1.1 connection: one exchange after the other. Not thread-safe; confined to the worker's event loop.
 *
 * <p>It keeps reading while an exchange runs, because only a reader learns that its peer has gone.
 */
final class ClientConnection extends ChannelInboundHandlerAdapter {
  private static final int MAX_PIPELINED_MESSAGES = 256;
  private static final long LINGER_SECONDS = 5;

  private final Worker worker;
  private final Channel channel;
  private final ByteMeter meter;
  private final Deque<Object> pipelined = new ArrayDeque<>();
  private @Nullable Exchange exchange;
  private boolean requestRead;
  private boolean keepAlive;
  private boolean hasBody;
  private boolean lingering;
  private long headerBytes;
  private long bytesBefore;

  ClientConnection(Worker worker, Channel channel, ByteMeter meter) {
    this.worker = worker;
    this.channel = channel;
    this.meter = meter;
  }

  Channel channel() {
    return channel;
  }

  long headerBytesSent() {
    return headerBytes;
  }

  long bodyBytesSent() {
    return headerBytes == 0 ? 0 : meter.totalBytes() - bytesBefore - headerBytes;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object msg) {
    if (exchange != null && requestRead) {
      pipelined.add(msg);
      if (pipelined.size() > MAX_PIPELINED_MESSAGES) {
        channel.config().setAutoRead(false);
      }
      return;
    }
    handle(msg);
  }

  private void handle(Object msg) {
    if (lingering) {
      if (msg instanceof LastHttpContent) {
        channel.close();
      }
    } else if (msg instanceof HttpRequest head) {
      begin(head);
    } else if (msg instanceof HttpContent content && exchange != null) {
      requestRead = content instanceof LastHttpContent;
      exchange.requestContent(content.content(), requestRead);
    }
    ReferenceCountUtil.release(msg);
  }

  private void begin(HttpRequest head) {
    if (head.decoderResult().isFailure()) {
      channel.close();
      return;
    }
    keepAlive = HttpUtil.isKeepAlive(head);
    hasBody = HttpUtil.isTransferEncodingChunked(head) || HttpUtil.getContentLength(head, 0L) > 0;
    requestRead = false;
    headerBytes = 0;
    bytesBefore = meter.totalBytes();
    Exchange started = new Exchange(worker, this, head);
    exchange = started;
    started.begin();
    if (exchange == started && HttpUtil.is100ContinueExpected(head)) {
      HttpResponse goOn = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE);
      channel.write(goOn);
      channel.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT);
      bytesBefore = meter.totalBytes();
    }
  }

  /** Sends the status line and headers, with the connection's own fate among them. */
  void sendHead(int status, HttpHeaders headers) {
    keepAlive = keepAlive && requestRead;
    headers.set(HttpHeaderNames.CONNECTION, keepAlive ? HttpHeaderValues.KEEP_ALIVE : HttpHeaderValues.CLOSE);
    HttpResponseStatus line = HttpResponseStatus.valueOf(status);
    channel.write(new DefaultHttpResponse(HttpVersion.HTTP_1_1, line, headers));
    headerBytes = meter.totalBytes() - bytesBefore;
  }

  /** Sends a piece of the body at once; takes over the buffer. */
  void sendContent(ByteBuf bytes) {
    channel.writeAndFlush(new DefaultHttpContent(bytes));
  }

  void sendLast() {
    channel.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT);
  }

  /**
   * The exchange is over; {@code complete} unless the answer had to be cut off. {@code log} runs at once, except that nginx closes a
   * connection after a request with a body only once its client has, or after some seconds, and logs the request then.
   */
  void exchangeEnded(boolean complete, Runnable log) {
    exchange = null;
    if (complete && (!requestRead || (!keepAlive && hasBody))) {
      channel.closeFuture().addListener(closed -> log.run());
      linger();
      return;
    }
    log.run();
    if (!complete) {
      channel.close();
    } else if (!keepAlive) {
      channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
    } else if (!pipelined.isEmpty()) {
      channel.eventLoop().execute(this::drainPipelined);
    }
  }

  /** Closes only after the client had the time to read the answer, although it is still sending. */
  private void linger() {
    lingering = true;
    channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(done -> {
      if (channel instanceof DuplexChannel duplex) {
        duplex.shutdownOutput();
      }
    });
    channel.eventLoop().schedule(() -> channel.close(), LINGER_SECONDS, TimeUnit.SECONDS);
  }

  private void drainPipelined() {
    while (!pipelined.isEmpty() && (exchange == null || !requestRead)) {
      handle(pipelined.poll());
    }
    if (pipelined.isEmpty()) {
      channel.config().setAutoRead(true);
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (exchange != null) {
      exchange.clientWritable(channel.isWritable());
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    pipelined.forEach(ReferenceCountUtil::release);
    pipelined.clear();
    if (exchange != null) {
      exchange.clientGone();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    channel.close();
  }
}
