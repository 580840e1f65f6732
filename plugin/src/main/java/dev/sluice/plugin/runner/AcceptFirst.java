// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.runner;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.ArrayList;
import java.util.List;

/**
 * Accepts everybody who waits before it lets anybody be served.
 *
 * <p>The kernel holds a few thousand connections for us, and whoever comes on top of a full backlog is an instant failure for the gateway.
 * Registering a connection with an event loop wakes that loop, which then competes with accepting for the processor; so connections are
 * passed on when the listening socket has run dry. Not thread-safe; confined to the accepting event loop.
 */
final class AcceptFirst extends ChannelInboundHandlerAdapter {
  /** Accepted before any is passed on; twice the usual backlog. */
  static final int MOST = 8192;

  private List<Object> accepted = new ArrayList<>();

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object channel) {
    accepted.add(channel);
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    List<Object> all = accepted;
    accepted = new ArrayList<>();
    all.forEach(ctx::fireChannelRead);
    ctx.fireChannelReadComplete();
  }
}
