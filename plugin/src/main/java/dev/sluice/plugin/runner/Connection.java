// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.runner;

import dev.sluice.plugin.protocol.FrameDecoder;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;

/** A gateway's connection in Netty's terms: bytes to frames, and the end of it. Not thread-safe; confined to its event loop. */
final class Connection extends ChannelInboundHandlerAdapter {
  private final RunnerScope scope;
  private final Exchange exchange;
  private final FrameDecoder decoder;

  Connection(Channel channel, RunnerScope scope, DeadlineQueue deadlines) {
    this.scope = scope;
    this.exchange = new Exchange(channel, scope, deadlines);
    this.decoder = new FrameDecoder(scope.allowance(), channel.alloc());
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    scope.listener().connectionOpened();
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    try {
      decoder.read((ByteBuf) message, exchange);
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    if (decoder.midFrame()) {
      scope.listener().malformedFrame();
    }
    decoder.end();
    exchange.closed();
    scope.listener().connectionClosed();
  }

  /** A gateway that does not read its replies gets no more requests read, so that replies can't pile up. */
  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    ctx.channel().config().setAutoRead(ctx.channel().isWritable());
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (!(cause instanceof IOException)) { // a gateway that leaves while a reply is on its way is no news
      scope.log().warn("event=connection_failed", cause.getClass().getName());
    }
    ctx.close();
  }

  /** The runner ends. On the event loop. */
  void drained() {
    exchange.drained();
  }
}
