// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plugin.http;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Closes a connection whose request does not arrive whole in time, however slowly its bytes drip, or that stays unused.
 *
 * <p>One timer a connection: from the first byte of a request until its answer is written it bounds the request, else it bounds
 * the idle time. Not thread-safe; confined to the connection's event loop.
 */
final class ArrivalTimeout extends ChannelDuplexHandler {
  private final int arrivalSeconds;
  private final int idleSeconds;
  private boolean arriving;
  private @Nullable Future<?> timer;

  ArrivalTimeout(int arrivalSeconds, int idleSeconds) {
    this.arrivalSeconds = arrivalSeconds;
    this.idleSeconds = idleSeconds;
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    restart(ctx, idleSeconds);
    ctx.fireChannelActive();
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (!arriving) {
      arriving = true;
      restart(ctx, arrivalSeconds);
    }
    ctx.fireChannelRead(message);
  }

  @Override
  public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
    arriving = false;
    restart(ctx, idleSeconds);
    ctx.write(message, promise);
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    Future<?> running = timer;
    if (running != null) {
      running.cancel(false);
    }
    ctx.fireChannelInactive();
  }

  private void restart(ChannelHandlerContext ctx, int seconds) {
    Future<?> running = timer;
    if (running != null) {
      running.cancel(false);
    }
    timer = ctx.executor().schedule(() -> ctx.close(), seconds, TimeUnit.SECONDS);
  }
}
