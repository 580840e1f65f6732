// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.load;

import dev.sluice.t.CommandLine;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A runner that asks for the body and admits, from constants, whatever it is told: the least that a Netty server can do on
 * this socket, and so the floor of the bench. Thread-safe.
 */
public final class ConstantRunner implements AutoCloseable {
  private static final int MAX_FRAME_BYTES = (1 << 24) + 3;
  private static final ByteBuf TOKEN = BenchFrames.confToken(1);
  private static final ByteBuf QUERY = BenchFrames.bodyQuery();
  private static final ByteBuf ADMISSION = BenchFrames.admission(
      Map.of("x-sluice-provider", "local-a", "authorization", "Bearer constant"),
      Map.of("x-sluice-lease", "0123456789abcdef0123456789abcdef", "x-sluice-lane", "2", "x-sluice-wait-ms", "0"));

  private final MultiThreadIoEventLoopGroup group;
  private final Channel server;
  private final Path socket;

  private ConstantRunner(Path socket, int threads) throws IOException {
    this.socket = socket;
    Files.deleteIfExists(socket);
    group = new MultiThreadIoEventLoopGroup(
        threads, new DefaultThreadFactory("constant", true), EpollIoHandler.newFactory());
    server = new ServerBootstrap()
        .group(group)
        .channel(EpollServerDomainSocketChannel.class)
        .option(ChannelOption.SO_BACKLOG, 4096)
        .childHandler(new ChannelInitializer<Channel>() {
          @Override
          protected void initChannel(Channel channel) {
            channel.pipeline()
                .addLast(new LengthFieldBasedFrameDecoder(MAX_FRAME_BYTES, 1, 3, 0, 0))
                .addLast(new Answers());
          }
        })
        .bind(new DomainSocketAddress(socket.toFile()))
        .syncUninterruptibly()
        .channel();
  }

  /** Listens on {@code socket} with so many event loops. */
  public static ConstantRunner start(Path socket, int threads) throws IOException {
    return new ConstantRunner(socket, threads);
  }

  private static final class Answers extends SimpleChannelInboundHandler<ByteBuf> {
    @Override
    protected void channelRead0(ChannelHandlerContext ctx, ByteBuf frame) {
      ByteBuf answer = switch (frame.getByte(frame.readerIndex())) {
        case BenchFrames.PREPARE_CONF -> TOKEN;
        case BenchFrames.HTTP_REQ_CALL -> QUERY;
        default -> ADMISSION;
      };
      ctx.writeAndFlush(answer.retainedDuplicate());
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      ctx.close();
    }
  }

  @Override
  public void close() throws IOException {
    server.close().awaitUninterruptibly();
    group.shutdownGracefully(0, 1000, TimeUnit.MILLISECONDS).awaitUninterruptibly();
    Files.deleteIfExists(socket);
  }

  /** Runs until it is killed: {@code --socket PATH --threads 1}. */
  public static void main(String[] args) throws Exception {
    CommandLine options = CommandLine.parse(args, "socket", "threads");
    ConstantRunner runner = start(Path.of(options.required("socket")), (int) options.number("threads", 1));
    System.out.println("constant runner: listening on " + runner.socket);
    runner.server.closeFuture().await();
  }
}
