// SPDX-License-Identifier: Apache-2.0
package dev.sluice.t.load;

import dev.sluice.scheduler.Ticker;
import io.github.api7.A6.HTTPReqCall.Action;
import io.github.api7.A6.HTTPReqCall.Resp;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.HdrHistogram.Histogram;

/**
 * A gateway's side of the runner protocol without the gateway: it prepares one route and then holds conversations of a call,
 * the request for the body, the body and the answer. Thread-safe; one run at a time.
 */
public final class RunnerClient implements AutoCloseable {
  private static final int MAX_FRAME_BYTES = (1 << 24) + 3;
  private static final long MAX_NANOS = TimeUnit.MINUTES.toNanos(1);

  private final MultiThreadIoEventLoopGroup group;
  private final EventLoop loop;
  private final Ticker ticker;
  private final Workload workload;
  private final ByteBuf body;
  private final List<Conversations> connections = new ArrayList<>();
  private final Deque<Conversations> free = new ArrayDeque<>();
  private final Deque<Long> overdue = new ArrayDeque<>();
  private ByteBuf call;
  private Tally tally = new Tally();
  private boolean closedLoop;
  private boolean running;

  /**
   * What is said.
   *
   * @param filters names and configurations of the route's filters
   * @param headers the call's headers
   * @param body what the runner gets when it asks
   * @param onAnswer sees every final answer's payload on the client's event loop; it must not keep the buffer
   */
  public record Workload(
      SequencedMap<String, String> filters,
      String path,
      Map<String, String> headers,
      String body,
      Consumer<ByteBuffer> onAnswer) {}

  /** What is counted in one run. */
  private static final class Tally {
    private final Histogram nanos = new Histogram(MAX_NANOS, 3);
    private long conversations;
    private long admitted;
    private long stopped;
    private long errors;
  }

  /** Connects and prepares the route. */
  public RunnerClient(Path socket, int connectionCount, Workload workload) {
    this.workload = workload;
    this.ticker = System::nanoTime;
    this.group =
        new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory("rpc", true), EpollIoHandler.newFactory());
    this.loop = group.next();
    this.body = BenchFrames.body(workload.body().getBytes(java.nio.charset.StandardCharsets.UTF_8));
    this.call = BenchFrames.call(0, workload.path(), workload.headers());
    for (int i = 0; i < connectionCount; i++) {
      connections.add(connect(socket));
    }
    CompletableFuture<Long> token = new CompletableFuture<>();
    connections.getFirst().prepare(token);
    this.call = BenchFrames.call(token.orTimeout(10, TimeUnit.SECONDS).join(), workload.path(), workload.headers());
  }

  private Conversations connect(Path socket) {
    Conversations handler = new Conversations();
    new Bootstrap()
        .group(loop)
        .channel(EpollDomainSocketChannel.class)
        .handler(new ChannelInitializer<Channel>() {
          @Override
          protected void initChannel(Channel channel) {
            channel.pipeline().addLast(new LengthFieldBasedFrameDecoder(MAX_FRAME_BYTES, 1, 3, 0, 0)).addLast(handler);
          }
        })
        .connect(new DomainSocketAddress(socket.toFile()))
        .syncUninterruptibly();
    return handler;
  }

  /** Every connection begins its next conversation when it has its answer. */
  public RpcReport closedLoop(Duration duration) {
    return run(duration, () -> {
      closedLoop = true;
      connections.forEach(c -> c.begin(ticker.read()));
    });
  }

  /** Conversations begin at equal gaps on a free connection; without one they wait, and their wait counts. */
  public RpcReport openLoop(double perSecond, Duration duration) {
    long gapNanos = (long) (1e9 / perSecond);
    return run(duration, () -> {
      closedLoop = false;
      free.clear();
      overdue.clear();
      free.addAll(connections);
      arrive(ticker.read(), gapNanos);
    });
  }

  private RpcReport run(Duration duration, Runnable begin) {
    long startNanos = ticker.read();
    CompletableFuture<RpcReport> report = new CompletableFuture<>();
    loop.execute(() -> {
      tally = new Tally();
      running = true;
      begin.run();
      loop.schedule(() -> {
        running = false;
        double seconds = (ticker.read() - startNanos) / 1e9;
        Tally t = tally;
        RpcReport result =
            new RpcReport(t.conversations, t.admitted, t.stopped, t.errors, seconds, t.nanos.copy());
        awaitQuiet(() -> report.complete(result));
      }, duration.toNanos(), TimeUnit.NANOSECONDS);
    });
    return report.join();
  }

  /** Lets the conversations that are under way end before the next run begins. */
  private void awaitQuiet(Runnable quiet) {
    if (connections.stream().noneMatch(c -> c.busy)) {
      quiet.run();
    } else {
      loop.schedule(() -> awaitQuiet(quiet), 1, TimeUnit.MILLISECONDS);
    }
  }

  private void arrive(long intendedNanos, long gapNanos) {
    if (!running) {
      return;
    }
    long nextNanos = intendedNanos;
    while (nextNanos - ticker.read() <= 0) {
      Conversations connection = free.pollFirst();
      if (connection == null) {
        overdue.addLast(nextNanos);
      } else {
        connection.begin(nextNanos);
      }
      nextNanos += gapNanos;
    }
    long atNanos = nextNanos;
    loop.schedule(() -> arrive(atNanos, gapNanos), nextNanos - ticker.read(), TimeUnit.NANOSECONDS);
  }

  /** One connection's side. */
  private final class Conversations extends SimpleChannelInboundHandler<ByteBuf> {
    private final CompletableFuture<ChannelHandlerContext> context = new CompletableFuture<>();
    private CompletableFuture<Long> token = new CompletableFuture<>();
    private long sinceNanos;
    private boolean busy;

    void prepare(CompletableFuture<Long> into) {
      token = into;
      ByteBuf frame = BenchFrames.prepareConf("route#bench#ext-plugin-pre-req#1", workload.filters());
      context.join().writeAndFlush(frame);
    }

    void begin(long nanos) {
      sinceNanos = nanos;
      busy = true;
      context.join().writeAndFlush(call.retainedDuplicate());
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
      context.complete(ctx);
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, ByteBuf frame) {
      int type = frame.readUnsignedByte();
      ByteBuffer payload = frame.skipBytes(3).nioBuffer();
      switch (type) {
        case BenchFrames.EXTRA_INFO -> ctx.writeAndFlush(body.retainedDuplicate());
        case BenchFrames.HTTP_REQ_CALL -> answered(payload);
        case BenchFrames.PREPARE_CONF ->
            token.complete(io.github.api7.A6.PrepareConf.Resp.getRootAsResp(payload).confToken());
        default -> {
          tally.errors++;
          ended();
        }
      }
    }

    private void answered(ByteBuffer payload) {
      if (running) {
        tally.nanos.recordValue(Math.min(ticker.read() - sinceNanos, MAX_NANOS));
        tally.conversations++;
        if (Resp.getRootAsResp(payload).actionType() == Action.Stop) {
          tally.stopped++;
        } else {
          tally.admitted++;
        }
      }
      workload.onAnswer().accept(payload);
      ended();
    }

    private void ended() {
      busy = false;
      if (!running) {
        return;
      }
      if (closedLoop) {
        begin(ticker.read());
      } else {
        Long next = overdue.pollFirst();
        if (next == null) {
          free.addLast(this);
        } else {
          begin(next);
        }
      }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
      tally.errors++;
      busy = false;
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      ctx.close();
    }
  }

  @Override
  public void close() {
    group.shutdownGracefully(0, 1000, TimeUnit.MILLISECONDS).awaitUninterruptibly();
  }
}
