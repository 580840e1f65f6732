// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.gateway;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import java.nio.ByteBuffer;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * One connection to the runner, carrying one conversation at a time. Not thread-safe; confined to the worker's event loop.
 *
 * <p>A frame that nobody waits for makes the connection unusable, as unread data does in APISIX.
 */
final class RunnerSocket extends SimpleChannelInboundHandler<ByteBuf> {
  private static final long RECEIVE_TIMEOUT_SECONDS = 60;
  private static final Receiver NOBODY = new Receiver() {
    @Override
    public void onFrame(int type, ByteBuffer payload) {}

    @Override
    public void onFailure(String reason) {}
  };

  private final Channel channel;
  private Receiver receiver = NOBODY;
  private Future<?> timeout;

  RunnerSocket(Channel channel) {
    this.channel = channel;
    this.timeout = channel.newSucceededFuture();
  }

  /** Gets exactly one of the two calls for each frame sent. */
  interface Receiver {
    void onFrame(int type, ByteBuffer payload);

    void onFailure(String reason);
  }

  boolean usable() {
    return channel.isActive() && receiver == NOBODY;
  }

  /** Sends a frame and waits for the next one, at most 60 s. */
  void send(int type, byte[] payload, Receiver next) {
    receiver = next;
    if (payload.length > A6Frames.MAX_PAYLOAD_BYTES) {
      fail("the max length of data is " + A6Frames.MAX_PAYLOAD_BYTES + " but got " + payload.length);
      return;
    }
    ByteBuf header = channel.alloc().buffer(4).writeByte(type).writeMedium(payload.length);
    channel.write(header);
    channel.writeAndFlush(Unpooled.wrappedBuffer(payload)).addListener(done -> {
      if (!done.isSuccess()) {
        fail("failed to send: closed");
      }
    });
    timeout = channel.eventLoop().schedule(() -> fail("timeout"), RECEIVE_TIMEOUT_SECONDS, TimeUnit.SECONDS);
  }

  /** Closes the connection without telling anybody. */
  void close() {
    timeout.cancel(false);
    receiver = NOBODY;
    channel.close();
  }

  private void fail(String reason) {
    Receiver waiting = receiver;
    close();
    waiting.onFailure(reason);
  }

  @Override
  protected void channelRead0(ChannelHandlerContext ctx, ByteBuf frame) {
    if (receiver == NOBODY) {
      close();
      return;
    }
    timeout.cancel(false);
    Receiver waiting = receiver;
    receiver = NOBODY;
    int type = frame.readUnsignedByte();
    frame.skipBytes(3);
    byte[] payload = new byte[frame.readableBytes()];
    frame.readBytes(payload);
    try {
      waiting.onFrame(type, ByteBuffer.wrap(payload));
    } catch (RuntimeException malformed) {
      close();
      waiting.onFailure("malformed frame of type " + type + ": " + malformed);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    if (receiver != NOBODY) {
      fail("closed");
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    fail(cause.toString());
  }
}
