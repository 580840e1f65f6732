// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.gateway;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;

/** Counts the bytes written to a client, chunk framing included. Not thread-safe; confined to the worker's event loop. */
final class ByteMeter extends ChannelOutboundHandlerAdapter {
  private long totalBytes;

  long totalBytes() {
    return totalBytes;
  }

  @Override
  public void write(ChannelHandlerContext ctx, Object msg, ChannelPromise promise) {
    if (msg instanceof ByteBuf bytes) {
      totalBytes += bytes.readableBytes();
    }
    ctx.write(msg, promise);
  }
}
